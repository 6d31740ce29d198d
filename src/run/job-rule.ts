import type { JobPlan } from '../pipeline/model.ts'
import type { JobRule } from './machine-model.ts'

/** What the state machine needs of a planned job. */
export function jobRuleOf(plan: JobPlan): JobRule {
  return {
    name: plan.name,
    stageIndex: plan.stageIndex,
    kind: plan.trigger === null ? 'build' : 'bridge',
    when: plan.when,
    startInSeconds: plan.startInSeconds,
    allowFailure: plan.allowFailure,
    allowFailureExitCodes: plan.allowFailureExitCodes,
    needs: plan.needs?.map(need => need.job) ?? null,
    retry: plan.retry,
    interruptible: plan.interruptible,
    resourceGroup: plan.resourceGroup,
    environment: plan.environment?.name ?? null,
    strategy: plan.trigger?.strategy ?? null,
  }
}
