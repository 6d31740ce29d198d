import type { RetryPlan } from '../model.ts'
import type { YamlNode } from '../yaml/node.ts'
import { integersAt, textAt, textsAt } from './read.ts'

export const retryReasons = [
  'always',
  'unknown_failure',
  'script_failure',
  'api_failure',
  'stuck_or_timeout_failure',
  'runner_system_failure',
  'runner_unsupported',
  'stale_schedule',
  'job_execution_timeout',
  'archived_failure',
  'unmet_prerequisites',
  'scheduler_failure',
  'data_integrity_failure',
  'runner_configuration_error',
  'runner_external_dependency_failure',
  'runner_interrupted',
] as const

/** Without `when` every failure counts, unless `exit_codes` stand alone. */
export function retryPlanOf(node: YamlNode | undefined): RetryPlan {
  if (node?.kind !== 'mapping')
    return { max: Number(node?.kind === 'scalar' ? node.value : 0), when: ['always'], exitCodes: [] }
  const exitCodes = integersAt(node, 'exit_codes') ?? []
  return {
    max: Number(textAt(node, 'max') ?? 0),
    when: textsAt(node, 'when') ?? (exitCodes.length > 0 ? [] : ['always']),
    exitCodes,
  }
}
