// Pipelines and their jobs, in the shape that the pages need (`/api/v4/slipway/…`); actions are GitLab's.
import type { Diagnostic, Explanation, LeftOutJob } from '../../pipeline/model.ts'
import type { Named } from '../ui/person.tsx'
import { change, getJson, getPage, type Page, projectUrl, type Query } from './client.ts'

export type StageStatus = {
  readonly name: string
  readonly status: string
  readonly has_warnings: boolean
  readonly jobs: number
}

export type PipelineRow = {
  readonly id: number
  readonly iid: number
  readonly project_id: number
  readonly project_path: string
  readonly ref: string
  readonly tag: boolean
  readonly sha: string
  readonly status: string
  readonly has_warnings: boolean
  readonly source: string
  readonly name: string | null
  readonly commit_title: string
  readonly user: Named | null
  readonly stages: readonly StageStatus[]
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly duration: number | null
}

export type JobView = {
  readonly id: number
  readonly name: string
  readonly group_name: string
  readonly stage: string
  readonly stage_index: number
  readonly kind: 'build' | 'bridge'
  readonly status: string
  readonly allow_failure: boolean
  readonly is_retried: boolean
  /** Null: it waits for the stages before it. */
  readonly needs: readonly string[] | null
  readonly manual_confirmation: string | null
  readonly failure_reason: string | null
  readonly failure_detail: string | null
  readonly message: string | null
  readonly exit_code: number | null
  readonly coverage: number | null
  readonly environment: string | null
  readonly tags: readonly string[]
  readonly runner_id: number | null
  readonly downstream_pipeline: { readonly id: number; readonly project_path: string; readonly status: string } | null
  readonly created_at: string
  readonly queued_at: string | null
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly scheduled_at: string | null
}

export type PushedImage = {
  readonly job_id: number
  readonly job_name: string
  readonly repository: string
  readonly tag: string | null
  readonly digest: string
}

export type PipelineView = PipelineRow & {
  readonly before_sha: string
  readonly queued_duration: number | null
  readonly coverage: number | null
  readonly errors: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
  readonly parent: { readonly id: number; readonly project_path: string } | null
  readonly children: readonly PipelineRow[]
  readonly jobs: readonly JobView[]
  readonly images: readonly PushedImage[]
}

export type PipelineExplanation = {
  readonly explanations: readonly Explanation[]
  readonly left_out: readonly LeftOutJob[]
}

export type PipelineVariable = {
  readonly key: string
  readonly value: string
  readonly variable_type: 'env_var' | 'file'
}

export function listPipelines(project: string, query: Query, signal: AbortSignal): Promise<Page<PipelineRow>> {
  return getPage<PipelineRow>(`slipway/${projectUrl(project, 'pipelines')}`, { query, signal })
}

/** The newest pipeline of each commit, as far as the last hundred pipelines tell. */
export async function pipelinesBySha(project: string, signal: AbortSignal): Promise<ReadonlyMap<string, PipelineRow>> {
  const { items } = await listPipelines(project, { per_page: 100 }, signal)
  return new Map([...items].reverse().map(row => [row.sha, row]))
}

export function readPipeline(project: string, id: string | number, signal: AbortSignal): Promise<PipelineView> {
  return getJson<PipelineView>(`slipway/${projectUrl(project, `pipelines/${id}`)}`, { signal })
}

export function readExplanation(
  project: string,
  id: string | number,
  signal: AbortSignal,
): Promise<PipelineExplanation> {
  return getJson<PipelineExplanation>(`slipway/${projectUrl(project, `pipelines/${id}/explanation`)}`, { signal })
}

export function readVariables(
  project: string,
  id: string | number,
  signal: AbortSignal,
): Promise<readonly PipelineVariable[]> {
  return getJson(projectUrl(project, `pipelines/${id}/variables`), { signal })
}

export function createPipeline(
  project: string,
  ref: string,
  variables: readonly PipelineVariable[],
): Promise<{ readonly id: number }> {
  return change('POST', projectUrl(project, 'pipeline'), { body: { ref, variables } })
}

export function actOnPipeline(project: string, id: number, action: 'retry' | 'cancel'): Promise<unknown> {
  return change('POST', projectUrl(project, `pipelines/${id}/${action}`))
}

export function deletePipeline(project: string, id: number): Promise<unknown> {
  return change('DELETE', projectUrl(project, `pipelines/${id}`))
}

export type TestCase = {
  readonly status: 'success' | 'failed' | 'error' | 'skipped'
  readonly name: string
  readonly classname: string
  readonly file: string | null
  readonly execution_time: number
  readonly system_output: string | null
  readonly stack_trace?: string | null
}

export type TestReport = {
  readonly total_time: number
  readonly total_count: number
  readonly success_count: number
  readonly failed_count: number
  readonly skipped_count: number
  readonly error_count: number
  readonly test_suites: readonly {
    readonly name: string
    readonly total_time: number
    readonly total_count: number
    readonly failed_count: number
    readonly error_count: number
    readonly suite_error?: string | null
    readonly test_cases: readonly TestCase[]
  }[]
}

export function readTestReport(project: string, id: string | number, signal: AbortSignal): Promise<TestReport> {
  return getJson<TestReport>(projectUrl(project, `pipelines/${id}/test_report`), { signal })
}

export type LogHit = {
  readonly pipeline_id: number
  readonly job_id: number
  readonly job_name: string
  readonly line: number
  readonly text: string
}
export type FoundInLogs = { readonly hits: readonly LogHit[]; readonly is_cut: boolean }

/** Over the logs of all jobs of the pipeline. */
export function searchProjectLogs(project: string, text: string, signal: AbortSignal): Promise<FoundInLogs> {
  return getJson<FoundInLogs>(`slipway/${projectUrl(project, 'log_search')}`, { query: { search: text }, signal })
}

export function searchLogs(
  project: string,
  id: string | number,
  text: string,
  signal: AbortSignal,
): Promise<FoundInLogs> {
  return getJson<FoundInLogs>(`slipway/${projectUrl(project, `pipelines/${id}/log_search`)}`, {
    query: { search: text },
    signal,
  })
}
