// What is published on the live bus when run state changes: one small event a change. Who wants more asks for the record.
import type { JobStatus, PipelineStatus } from './model.ts'

export type RunChanged = {
  readonly kind: 'run_changed'
  readonly projectId: number
  readonly pipelineId: number
  readonly status: PipelineStatus
  readonly hasWarnings: boolean
  /** The jobs that changed. On the project's topic: none. */
  readonly jobs: readonly {
    readonly id: number
    readonly name: string
    readonly status: JobStatus
    /** True: a newer attempt stands for it. */
    readonly isRetried: boolean
  }[]
}

/** Every change of the pipeline and its jobs. */
export const pipelineTopic = (pipelineId: number): string => `pipeline:${pipelineId}`
/** New pipelines, and changes of their statuses. */
export const projectTopic = (projectId: number): string => `project:${projectId}`
