// Jobs as GitLab's API shows them.
import type { Named } from '../ui/person.tsx'
import { apiUrl, change, getJson, projectUrl } from './client.ts'
import type { PipelineVariable } from './pipelines.ts'

export type ArtifactFile = {
  readonly file_type: string
  readonly size: number
  readonly filename: string
  readonly file_format: string | null
}

export type Job = {
  readonly id: number
  readonly name: string
  readonly stage: string
  readonly status: string
  readonly ref: string
  readonly tag: boolean
  readonly coverage: number | null
  readonly allow_failure: boolean
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly erased_at: string | null
  readonly duration: number | null
  readonly queued_duration: number | null
  readonly user: Named | null
  readonly commit: { readonly id: string; readonly short_id: string; readonly title: string } | null
  readonly pipeline: {
    readonly id: number
    readonly iid?: number
    readonly status: string
    readonly ref: string
    readonly sha: string
  }
  readonly runner: { readonly id: number; readonly description: string } | null
  readonly tag_list: readonly string[]
  readonly failure_reason?: string
  readonly artifacts: readonly ArtifactFile[]
  readonly artifacts_file?: { readonly filename: string; readonly size: number }
  readonly artifacts_expire_at: string | null
}

export type JobAction = 'retry' | 'cancel' | 'play' | 'erase'

export function readJob(project: string, id: string | number, signal: AbortSignal): Promise<Job> {
  return getJson<Job>(projectUrl(project, `jobs/${id}`), { signal })
}

export function actOnJob(project: string, id: number, action: JobAction, body?: unknown): Promise<Job> {
  return change<Job>('POST', projectUrl(project, `jobs/${id}/${action}`), body === undefined ? {} : { body })
}

export function playJob(project: string, id: number, variables: readonly PipelineVariable[]): Promise<Job> {
  return actOnJob(project, id, 'play', variables.length === 0 ? undefined : { job_variables_attributes: variables })
}

export function keepArtifacts(project: string, id: number): Promise<Job> {
  return change<Job>('POST', projectUrl(project, `jobs/${id}/artifacts/keep`))
}

export function traceUrl(project: string, id: number): string {
  return apiUrl(projectUrl(project, `jobs/${id}/trace`))
}

/** Pairs of an offset and the milliseconds at which the bytes from there on arrived. */
export async function readTraceTimes(
  project: string,
  id: number,
  signal: AbortSignal,
): Promise<readonly (readonly [number, number])[]> {
  const path = `slipway/${projectUrl(project, `jobs/${id}/trace_times`)}`
  return (await getJson<{ readonly times: readonly [number, number][] }>(path, { signal })).times
}

export function archiveUrl(project: string, id: number): string {
  return apiUrl(projectUrl(project, `jobs/${id}/artifacts`))
}

export function artifactFileUrl(project: string, id: number, path: string): string {
  return apiUrl(projectUrl(project, `jobs/${id}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`))
}

export type ArtifactEntry = { readonly path: string; readonly size: number }

/** Names and sizes of what the job's archive holds. */
export function listArtifacts(project: string, id: number, signal: AbortSignal): Promise<readonly ArtifactEntry[]> {
  return getJson(projectUrl(project, `jobs/${id}/artifacts/tree`), { query: { recursive: true }, signal })
}

const reasonWords: Readonly<Record<string, string>> = {
  script_failure: 'The script ended with an error.',
  api_failure: 'The server refused what the runner sent.',
  stuck_or_timeout_failure: 'The job waited too long for a runner, or ran out of time.',
  runner_system_failure: "The runner's system failed. Retry the job; if it happens again, look at the runner's log.",
  missing_dependency_failure: 'The artifacts of a job that it needs are gone. Retry that job first.',
  runner_unsupported: 'The runner is too old for this job. Update it.',
  job_execution_timeout: 'The job ran longer than its timeout allows.',
  no_matching_runner:
    'No runner has the tags that this job asks for. Add a runner with these tags, or change the tags.',
  trace_size_exceeded: 'The log grew too large.',
  environment_creation_failure: 'The environment could not be made. Check its name.',
  downstream_bridge_project_not_found: 'The downstream project does not exist, or who started this may not see it.',
  downstream_pipeline_creation_failed: 'The downstream pipeline could not be made. Check its file.',
  pipeline_loop_detected: 'The pipelines would start each other without end.',
  reached_max_descendant_pipelines_depth: 'The chain of child pipelines is too deep.',
  data_integrity_failure: 'The job itself could not be read. Run a new pipeline.',
  unmet_prerequisites: 'A pipeline that it follows has not passed. Retry it when that has.',
  protected_environment_failure: 'Who started it may not deploy to this environment.',
  failed_outdated_deployment_job: 'A newer deployment went before this one.',
}

export function failureWords(reason: string | null | undefined): string | null {
  if (reason === null || reason === undefined || reason === '') return null
  return reasonWords[reason] ?? `${reason.replaceAll('_', ' ')}.`
}
