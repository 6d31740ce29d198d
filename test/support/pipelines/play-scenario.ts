// A scenario's event through the compiler and the state machine, as `slipway plan` does it.

import { createLocalSource } from '../../../src/commands/local-source.ts'
import { readOutcome } from '../../../src/commands/outcome-option.ts'
import { contextFrom } from '../../../src/commands/plan-input.ts'
import { planJson } from '../../../src/commands/plan-json.ts'
import { defaultFile, type PlanOptions } from '../../../src/commands/plan-options.ts'
import { compile } from '../../../src/pipeline/compile.ts'
import type { CompileResult, Diagnostic, LeftOutJob } from '../../../src/pipeline/model.ts'
import { type Simulation, simulate } from '../../../src/run/simulate.ts'
import { createOtherPlaces } from './other-places.ts'
import type { Expected, Given, Scenario } from './scenario.ts'

export type Played = {
  readonly result: CompileResult
  /** In the words of `expect`, all of it apart from `jobs`. */
  readonly outcome: Expected
  /** As `slipway plan --json` tells them. */
  readonly jobs: Readonly<Record<string, unknown>>
}

export async function playScenario(scenario: Scenario, given: Given): Promise<Played> {
  const options = optionsOf(given)
  const source = createLocalSource({
    folder: scenario.folder,
    projectPath: options.projectPath,
    existing: given.exists ?? null,
    changed: given.changed ?? null,
    mayFetch: true,
    elsewhere: null,
  })
  const places = createOtherPlaces(scenario)
  const isOwn = (project: string): boolean => project === options.projectPath
  const context = { ...contextFrom(options), inputs: given.inputs ?? {} }
  const result = await compile(scenario.text, context, {
    ...places,
    readFile: place => (isOwn(place.project) ? source : places).readFile(place),
    listFiles: place => (isOwn(place.project) ? source : places).listFiles(place),
    resolveRef: place => (isOwn(place.project) ? source : places).resolveRef(place),
    changedSince: source.changedSince,
  })
  const simulation = result.valid && result.created ? simulate(result.plan, wishesOf(given)) : null
  return { result, outcome: outcomeOf(result, simulation), jobs: jobsOf(result, simulation) }
}

function optionsOf(given: Given): PlanOptions {
  const { ref, tag, changed, exists } = given
  return {
    file: defaultFile,
    ...(ref !== undefined && { ref }),
    ...(tag !== undefined && { tag }),
    ...(changed !== undefined && { changed }),
    ...(exists !== undefined && { exists }),
    source: given.source ?? 'push',
    projectPath: given.projectPath ?? 'my-group/my-project',
    defaultBranch: given.defaultBranch ?? 'master',
    message: given.message ?? '',
    variable: assignmentsOf(given.variables),
    projectVariable: assignmentsOf(given.projectVariables),
  }
}

function assignmentsOf(variables: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(variables).map(([key, value]) => `${key}=${value}`)
}

function wishesOf({ outcomes, plays, cancelPipelineAfter }: Given) {
  const read = assignmentsOf(outcomes).map(readOutcome)
  return {
    outcomes: new Map(read.map(each => [each.job, each.outcomes])),
    plays: plays ?? [],
    cancelAfter: cancelPipelineAfter ?? null,
  }
}

function outcomeOf(result: CompileResult, simulation: Simulation | null): Expected {
  const warnings = result.warnings.map(lineOf)
  const told = warnings.length > 0 ? { warnings } : {}
  if (!result.valid) return { ...told, errors: result.errors.map(lineOf) }
  if (!result.created || simulation === null)
    return { ...told, ...(!result.created && { notCreated: result.reason, ...leftOutOf(result.leftOut) }) }
  const others = Object.entries(simulation.jobs).filter(([, status]) => status !== 'success')
  return {
    ...told,
    ...(result.plan.name !== null && { name: result.plan.name }),
    stages: [...result.plan.stages],
    order: simulation.order.map(jobs => [...jobs]),
    pipeline: simulation.pipeline,
    ...(simulation.warnings && { passedWithWarnings: true }),
    ...(others.length > 0 && { statuses: Object.fromEntries(others) }),
    ...leftOutOf(result.plan.leftOut),
  }
}

function leftOutOf(jobs: readonly LeftOutJob[]): Pick<Expected, 'leftOut'> {
  return jobs.length > 0 ? { leftOut: Object.fromEntries(jobs.map(({ name, reason }) => [name, reason])) } : {}
}

function jobsOf(result: CompileResult, simulation: Simulation | null): Played['jobs'] {
  if (!result.valid || !result.created) return {}
  const { jobs } = planJson(result, simulation, false) as { readonly jobs: readonly { readonly name: string }[] }
  return Object.fromEntries(jobs.map(job => [job.name, job]))
}

function lineOf({ file, line, column, message }: Diagnostic): string {
  return `${file}:${line}:${column}: ${message}`
}
