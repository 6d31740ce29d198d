import { change, getAll, getJson, projectUrl } from './client.ts'

export type Runner = {
  readonly id: number
  readonly description: string
  readonly active: boolean
  readonly paused: boolean
  readonly runner_type: 'instance_type' | 'group_type' | 'project_type'
  readonly status: 'online' | 'offline' | 'stale' | 'never_contacted'
  readonly online?: boolean | null
  readonly tag_list?: readonly string[]
  readonly run_untagged?: boolean
  readonly access_level?: 'not_protected' | 'ref_protected'
  readonly contacted_at?: string | null
  readonly version?: string | null
  readonly platform?: string | null
  readonly architecture?: string | null
  /** Of a runner of projects: for which it works. */
  readonly projects?: readonly { readonly id: number }[]
}

export type RunnerJob = {
  readonly id: number
  readonly name: string
  readonly status: string
  readonly started_at: string | null
  readonly project?: { readonly path_with_namespace: string }
}

/** Lists are brief: each runner is read for its tags and its version. */
export async function listRunners(project: string | null, signal: AbortSignal): Promise<readonly Runner[]> {
  const brief = await getAll<Runner>(project === null ? 'runners/all' : projectUrl(project, 'runners'), { signal })
  return Promise.all(
    brief.map(async runner =>
      runner.tag_list === undefined
        ? { ...runner, ...(await readRunner(runner.id, signal).catch(() => null)) }
        : runner,
    ),
  )
}

function readRunner(id: number, signal: AbortSignal): Promise<Runner> {
  return getJson<Runner>(`runners/${id}`, { signal })
}

export function runningJobsOf(id: number, signal: AbortSignal): Promise<readonly RunnerJob[]> {
  return getAll<RunnerJob>(`runners/${id}/jobs`, { query: { status: 'running' }, signal }, 20)
}

export function setRunnerPaused(id: number, paused: boolean): Promise<Runner> {
  return change<Runner>('PUT', `runners/${id}`, { body: { paused } })
}

export type RunnerInput = {
  readonly description: string
  readonly tag_list: readonly string[]
  readonly run_untagged: boolean
  readonly access_level: 'not_protected' | 'ref_protected'
}

export function changeRunner(id: number, input: RunnerInput): Promise<Runner> {
  return change<Runner>('PUT', `runners/${id}`, { body: input })
}

/** Of the projects where the reader may manage them. */
export function listManagedRunners(signal: AbortSignal): Promise<readonly Runner[]> {
  return getAll<Runner>('runners', { query: { type: 'project_type' }, signal })
}

export function enableRunner(project: string, id: number): Promise<Runner> {
  return change<Runner>('POST', projectUrl(project, 'runners'), { body: { runner_id: id } })
}

export function disableRunner(project: string, id: number): Promise<unknown> {
  return change('DELETE', projectUrl(project, `runners/${id}`))
}

export function deleteRunner(id: number): Promise<unknown> {
  return change('DELETE', `runners/${id}`)
}

/** The token is shown once. */
export function createRunner(
  projectId: number | null,
  input: RunnerInput,
): Promise<{ readonly id: number; readonly token: string }> {
  const place =
    projectId === null ? { runner_type: 'instance_type' } : { runner_type: 'project_type', project_id: projectId }
  return change('POST', 'user/runners', { body: { ...place, ...input, tag_list: input.tag_list.join(',') } })
}
