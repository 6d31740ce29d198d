// A scenario's event by `slipway run`, as a user would call it, and what the scenario says must come of it.
import { cp } from 'node:fs/promises'
import type { JobSummary } from '../../../../src/commands/run/summary.ts'
import type { Expected, Given, Scenario } from '../../../support/pipelines/scenario.ts'
import { createProjectFolder } from './project-folder.ts'

export type ScenarioRow = {
  readonly name: string
  readonly title: string
  readonly scenario: Scenario
  readonly given: Given
  readonly expected: Expected
}

export type ScenarioEnd = {
  readonly pipeline: string | undefined
  readonly warnings: boolean
  readonly exitCode: number
  /** Of jobs that end otherwise than with success; those of child pipelines are no part of it. */
  readonly jobs: Readonly<Record<string, { readonly status: string; readonly exitCode: number | null }>>
  readonly temporaryFiles: readonly string[]
}

export function rowsOf(scenarios: readonly Scenario[]): readonly ScenarioRow[] {
  return scenarios.flatMap(scenario => scenario.events.map(event => ({ name: scenario.name, scenario, ...event })))
}

export async function runScenario({
  scenario,
  given,
}: ScenarioRow): Promise<{ readonly end: ScenarioEnd; readonly log: string }> {
  const project = await createProjectFolder({ '.gitlab-ci.yml': scenario.text })
  try {
    await cp(scenario.folder, project.path, { recursive: true })
    await project.git('add', '--all')
    await project.git('commit', '--quiet', '--message', 'Add the scenario')
    const { pipeline, warnings, exitCode, log, jobs } = await project.summary(...wordsOf(given))
    const others = jobs.filter(job => job.status !== 'success' && !job.name.includes(' › '))
    const end = { pipeline, warnings, exitCode, jobs: Object.fromEntries(others.map(endOf)) }
    return { end: { ...end, temporaryFiles: await project.temporaryFiles() }, log }
  } finally {
    await project.remove()
  }
}

export function expectedEnd({ given, expected }: ScenarioRow): ScenarioEnd {
  const { pipeline, passedWithWarnings: warnings = false, statuses = {} } = expected
  return {
    pipeline,
    warnings,
    exitCode: pipeline === 'failed' ? 1 : 0,
    jobs: Object.fromEntries(
      Object.entries(statuses).map(([job, status]) => [job, { status, exitCode: exitCodeIn(given, job) }]),
    ),
    temporaryFiles: [],
  }
}

function endOf({ name, status, exitCode }: JobSummary): readonly [string, ScenarioEnd['jobs'][string]] {
  return [name, { status, exitCode }]
}

/** Of `failed:7`. */
function exitCodeIn({ outcomes = {} }: Given, job: string): number | null {
  const code = /^failed:(\d+)$/.exec(outcomes[job] ?? '')?.[1]
  return code === undefined ? null : Number(code)
}

function wordsOf(given: Given): readonly string[] {
  const { ref = 'master', tag = false, source, changed = [], message, variables, projectVariables, inputs } = given
  return [
    ...['--ref', ref, '--default-branch', given.defaultBranch ?? 'master'],
    ...['--project-path', given.projectPath ?? 'my-group/my-project'],
    ...(tag ? ['--tag'] : []),
    ...(source === undefined ? [] : ['--source', source]),
    ...(message === undefined ? [] : ['--message', message]),
    ...changed.flatMap(path => ['--changed', path]),
    ...assignments('--variable', variables),
    ...assignments('--project-variable', projectVariables),
    ...assignments('--input', inputs),
  ]
}

function assignments(option: string, values: Readonly<Record<string, unknown>> = {}): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => [option, `${key}=${textOf(value)}`])
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
