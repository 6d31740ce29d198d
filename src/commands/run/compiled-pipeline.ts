import type { PipelineContext } from '../../pipeline/context.ts'
import type { Plan } from '../../pipeline/model.ts'

/** A plan and the event that it was made for: what the variables of its jobs are made of. */
export type CompiledPipeline = {
  readonly plan: Plan
  readonly context: PipelineContext
  /** The commit that its jobs check out: HEAD, or HEAD and what is not committed yet. */
  readonly sourceSha: string
}
