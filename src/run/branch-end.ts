// What ends with a branch: environments that its pipelines made, by the jobs that stop them.
import type { Log } from '../kit/log.ts'
import type { Environments } from './environments.ts'
import type { EnvironmentRecord } from './records.ts'
import type { EnvironmentStore, RunReader } from './store-ports.ts'

export type BranchEnd = (projectId: number, branch: string, by: { readonly userId: number | null }) => Promise<void>

const environmentsAtOnce = 100

/** Whoever deletes a branch is not kept from it by a job that cannot be played. */
export function createBranchEnd(deps: {
  readonly store: Pick<EnvironmentStore, 'list'>
  readonly reader: Pick<RunReader, 'job' | 'pipeline'>
  readonly environments: Pick<Environments, 'stop'>
  readonly log: Log
}): BranchEnd {
  const { store, reader, environments, log } = deps

  async function available(projectId: number): Promise<readonly EnvironmentRecord[]> {
    const found: EnvironmentRecord[] = []
    for (let page = 1; ; page += 1) {
      const { items } = await store.list(projectId, { state: 'available' }, { page, perPage: environmentsAtOnce })
      found.push(...items)
      if (items.length < environmentsAtOnce) return found
    }
  }

  async function isStoppedBy(branch: string, stopJobId: number): Promise<boolean> {
    const job = await reader.job(stopJobId)
    if (job?.status !== 'manual') return false
    const ref = (await reader.pipeline(job.pipelineId))?.ref
    return ref?.kind === 'branch' && ref.name === branch
  }

  return async (projectId, branch, by) => {
    for (const { id, name, stopJobId } of await available(projectId)) {
      if (stopJobId === null || !(await isStoppedBy(branch, stopJobId))) continue
      await environments
        .stop(id, by)
        .catch(error => log.warn({ err: error, projectId, environment: name }, 'an environment outlives its branch'))
    }
  }
}
