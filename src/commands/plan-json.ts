// The public JSON of `slipway plan`. Its keys are a contract: add, never change.
import type { CompileResult, ImagePlan, JobPlan, ServicePlan } from '../pipeline/model.ts'
import type { Simulation } from '../run/simulate.ts'

export function planJson(result: CompileResult, simulation: Simulation | null, withExplanations: boolean): unknown {
  if (!result.valid) return { valid: false, errors: result.errors, warnings: result.warnings }
  if (!result.created) {
    const { reason, message, leftOut, warnings, explanations } = result
    return {
      valid: true,
      created: false,
      reason,
      message,
      leftOut,
      warnings,
      ...(withExplanations && { explanations }),
    }
  }
  const { plan, warnings } = result
  return {
    valid: true,
    created: true,
    name: plan.name,
    stages: plan.stages,
    jobs: plan.jobs.map(jobJson),
    leftOut: plan.leftOut,
    simulation,
    warnings,
    ...(withExplanations && { explanations: plan.explanations }),
  }
}

/** `lint`: the same without jobs and simulation. */
export function lintJson(result: CompileResult): unknown {
  if (!result.valid) return { valid: false, errors: result.errors, warnings: result.warnings }
  const why = result.created ? {} : { reason: result.reason, message: result.message }
  return { valid: true, created: result.created, ...why, errors: [], warnings: result.warnings }
}

function jobJson(job: JobPlan): unknown {
  const { groupName: _group, stageIndex: _stage, yamlVariables: _yaml, image, services, ...contract } = job
  return { ...contract, image: image === null ? null : imageJson(image), services: services.map(serviceJson) }
}

function imageJson({ name, entrypoint, pullPolicy, platform, user }: ImagePlan): unknown {
  return { name, entrypoint, pullPolicy, ...(platform !== null && { platform }), ...(user !== null && { user }) }
}

function serviceJson(service: ServicePlan): unknown {
  const { name, alias, entrypoint, command, variables, pullPolicy, platform, user } = service
  return {
    name,
    alias,
    entrypoint,
    command,
    variables,
    ...(pullPolicy !== null && { pullPolicy }),
    ...(platform !== null && { platform }),
    ...(user !== null && { user }),
  }
}
