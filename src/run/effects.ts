// What is to be done because a job changed, told from the difference of its rows alone. Each can be done twice: the recovery
// does, for every row that still waits for it.
import { isFinal } from './job-moves.ts'
import type { Effect, JobState } from './machine-model.ts'

export function addEffects(effects: Effect[], before: JobState | null, after: JobState): void {
  if (before?.status === after.status) return
  const jobId = after.id
  const became = (status: JobState['status']): boolean => after.status === status
  if (became('pending')) {
    const { lease, demandClass } = after
    if (after.rule.kind === 'bridge') effects.push({ type: 'create_downstream', jobId })
    else effects.push({ type: 'enqueue', jobId, lease: lease + 1, demandClass })
  }
  if (became('canceling')) effects.push({ type: 'cancel_running', jobId })
  if (became('scheduled') && after.scheduledAt !== null) {
    effects.push({ type: 'start_timer', jobId, at: after.scheduledAt })
  }
  const key = after.rule.resourceGroup
  if (key !== null && became('waiting_for_resource')) effects.push({ type: 'request_resource', jobId, key })
  if (key !== null && before !== null && isFinal(after) && !isFinal(before)) {
    effects.push({ type: 'release_resource', jobId, key })
  }
  if (became('canceled') && before?.status === 'running' && after.downstreamPipelineId !== null) {
    effects.push({ type: 'cancel_downstream', jobId, downstreamPipelineId: after.downstreamPipelineId })
  }
}
