// Random pipelines that the compiler could have made: needs point to the same or earlier stages and have no cycles.
import type { JobRule } from '../../../src/run/machine-model.ts'
import type { Random } from '../random.ts'
import { ruleOf } from './pipeline-driver.ts'

/** That some jobs allow. */
export const forgivenExitCode = 3

export function randomRules(random: Random, jobCount: number): readonly JobRule[] {
  const stageCount = 1 + random.integer(4)
  const stages = Array.from({ length: jobCount }, () => random.integer(stageCount)).sort((a, b) => a - b)
  const rules: JobRule[] = []
  for (const [index, stage] of stages.entries()) {
    const when = random.pick([
      'on_success',
      'on_success',
      'on_success',
      'on_failure',
      'always',
      'manual',
      'delayed',
    ] as const)
    rules.push(
      ruleOf({
        name: `job${index}`,
        stage,
        when,
        startInSeconds: when === 'delayed' ? 60 : null,
        allowFailure: random.integer(3) === 0,
        needs: random.integer(2) === 0 ? null : randomNeeds(random, rules),
        retry: { max: random.pick([0, 0, 1, 2]), when: ['always'], exitCodes: [] },
        interruptible: random.integer(2) === 0,
        allowFailureExitCodes: random.integer(4) === 0 ? [forgivenExitCode] : null,
        resourceGroup: random.integer(5) === 0 ? 'one at a time' : null,
      }),
    )
  }
  return rules
}

function randomNeeds(random: Random, earlier: readonly JobRule[]): readonly string[] {
  const count = Math.min(random.integer(4), earlier.length)
  return Array.from({ length: count }, () => random.pick(earlier).name)
}
