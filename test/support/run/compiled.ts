// From the text of a .gitlab-ci.yml to its simulation.

import { compile } from '../../../src/pipeline/compile.ts'
import { type ContextOverrides, contextOf } from '../../../src/pipeline/context-defaults.ts'
import type { Plan } from '../../../src/pipeline/model.ts'
import { noSourceFiles } from '../../../src/pipeline/ports.ts'
import { type Simulation, simulate } from '../../../src/run/simulate.ts'
import { type OutcomeWord, outcomeOf } from './pipeline-driver.ts'

export async function planOf(yaml: string, context: ContextOverrides = {}): Promise<Plan> {
  const result = await compile(yaml, contextOf(context), noSourceFiles)
  if (!result.valid) throw new Error(result.errors.map(error => error.message).join('\n'))
  if (!result.created) throw new Error(result.message)
  return result.plan
}

export type Wishes = {
  readonly outcomes?: Readonly<Record<string, OutcomeWord | readonly OutcomeWord[]>>
  readonly plays?: readonly string[]
  readonly cancelAfter?: string
}

export async function simulationOf(yaml: string, wishes: Wishes = {}): Promise<Simulation> {
  const outcomes = Object.entries(wishes.outcomes ?? {}).map(
    ([name, words]) => [name, [words].flat().map(outcomeOf)] as const,
  )
  return simulate(await planOf(yaml), {
    outcomes: new Map(outcomes),
    plays: wishes.plays ?? [],
    cancelAfter: wishes.cancelAfter ?? null,
  })
}
