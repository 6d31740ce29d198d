import type { PipelineContext } from './context.ts'

const skipPattern = /\[(ci[ _-]skip|skip[ _-]ci)\]/i
const deafSources = ['web', 'api', 'trigger', 'schedule', 'pipeline', 'parent_pipeline']

/** Whether the commit message or the push asks for no pipeline, and the source listens to that. */
export function isSkipped(context: PipelineContext): boolean {
  if (deafSources.includes(context.source)) return false
  if (context.isSkipAsked && context.source !== 'merge_request_event') return true
  return skipPattern.test(context.commit.message)
}
