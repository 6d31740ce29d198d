// Pipelines and jobs as they run. Statuses and reasons are GitLab's, closed and public.

export const jobStatuses = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'canceling',
  'success',
  'failed',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
] as const
export type JobStatus = (typeof jobStatuses)[number]
export type PipelineStatus = JobStatus

export const failureReasons = [
  'script_failure',
  'api_failure',
  'stuck_or_timeout_failure',
  'runner_system_failure',
  'missing_dependency_failure',
  'runner_unsupported',
  'stale_schedule',
  'job_execution_timeout',
  'archived_failure',
  'unmet_prerequisites',
  'scheduler_failure',
  'data_integrity_failure',
  'no_matching_runner',
  'trace_size_exceeded',
  'environment_creation_failure',
  'failed_outdated_deployment_job',
  'protected_environment_failure',
  'invalid_bridge_trigger',
  'downstream_bridge_project_not_found',
  'downstream_pipeline_creation_failed',
  'reached_max_descendant_pipelines_depth',
  'pipeline_loop_detected',
  'unknown_failure',
] as const
export type FailureReason = (typeof failureReasons)[number]

/** A second, finer word beside `FailureReason`; shown to people, never used by `retry:when`. */
export const failureDetails = [
  'oom_killed',
  'disk_full',
  'service_died',
  'image_not_found',
  'image_pull_denied',
  'policy_denied',
  'engine_unreachable',
  'runner_lost',
  'artifacts_too_large',
] as const
export type FailureDetail = (typeof failureDetails)[number]

export const pipelineSources = [
  'push',
  'web',
  'trigger',
  'schedule',
  'api',
  'pipeline',
  'parent_pipeline',
  'merge_request_event',
] as const
export type PipelineSource = (typeof pipelineSources)[number]

/** Fences everything a runner says about a job: a stale lease is refused with 409. */
export type Lease = { readonly jobId: number; readonly lease: number }

/** How a job ended, as the runner tells it. */
export type JobOutcome =
  | { readonly status: 'success' }
  | { readonly status: 'canceled' }
  | {
      readonly status: 'failed'
      readonly failureReason: FailureReason
      readonly failureDetail: FailureDetail | null
      readonly exitCode: number | null
      /** One sentence for people. */
      readonly message: string
    }
