// Who goes first when runners are short: what a person started by hand, then pushes, then schedules.
import type { PipelineSource } from './model.ts'

export const handStartedPriority = 1

export function priorityOf(source: PipelineSource): number {
  return source === 'schedule' ? -1 : 0
}
