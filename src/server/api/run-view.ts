// What the entities of pipelines and jobs are put together from, and the addresses of their pages.
import type { UserStore } from '../../access/store-ports.ts'
import type { ArtifactStore } from '../../artifacts/ports.ts'
import type { TraceStore } from '../../logs/ports.ts'
import type { RunnerStore, RunReader } from '../../run/store-ports.ts'
import { toUserBasic } from './user-entity.ts'

export type RunView = {
  /** As browsers see the server. */
  readonly url: string
  readonly reads: RunReader
  readonly users: Pick<UserStore, 'byId'>
  readonly runners: Pick<RunnerStore, 'byId'>
  readonly artifacts: Pick<ArtifactStore, 'ofJobs'>
  readonly traces: Pick<TraceStore, 'size'>
  readonly now: () => Date
}

export type Person = ReturnType<typeof toUserBasic>

/** The people behind these ids, each looked up once. */
export async function peopleOf(
  view: Pick<RunView, 'users' | 'url'>,
  ids: readonly (number | null)[],
): Promise<ReadonlyMap<number | null, Person>> {
  const people = new Map<number | null, Person>()
  for (const id of new Set(ids)) {
    const user = id === null ? null : await view.users.byId(id)
    if (user !== null) people.set(id, toUserBasic(user, view.url))
  }
  return people
}

export function pipelineUrl(url: string, projectPath: string, pipelineId: number): string {
  return `${url}/${projectPath}/-/pipelines/${pipelineId}`
}

export function jobUrl(url: string, projectPath: string, jobId: number): string {
  return `${url}/${projectPath}/-/jobs/${jobId}`
}
