// `slipway plan` for people.
import type {
  CompileResult,
  CreatedResult,
  Diagnostic,
  Explanation,
  InvalidResult,
  JobPlan,
  LeftOutJob,
  NotCreatedResult,
} from '../pipeline/model.ts'
import type { JobStatus } from '../run/model.ts'
import type { Simulation } from '../run/simulate.ts'
import { columns, type Paint, type Style } from './paint.ts'
import { plain } from './plain.ts'

export type TextOptions = { readonly paint: Paint; readonly explain: boolean }

export function planText(result: CompileResult, simulation: Simulation | null, options: TextOptions): string {
  if (!result.valid) return invalidText(result, options.paint)
  if (!result.created || simulation === null) return notCreatedText(result as NotCreatedResult, options)
  return createdText(result, simulation, options)
}

/** `lint`: `ok`, or every mistake. */
export function lintText(result: CompileResult, paint: Paint): string {
  if (!result.valid) return invalidText(result, paint)
  const warnings = warningsText(result.warnings, paint)
  const verdict = result.created
    ? paint('green', 'ok')
    : `${paint('green', 'ok')}, but no pipeline: ${plain(result.message)}`
  return sections([verdict, ...warnings])
}

function invalidText(result: InvalidResult, paint: Paint): string {
  const count = result.errors.length === 1 ? '1 mistake' : `${result.errors.length} mistakes`
  const lines = result.errors.map(error => diagnosticLine(error, 'red', paint)).join('\n')
  return sections([lines, ...warningsText(result.warnings, paint), paint('red', count)])
}

function notCreatedText(result: NotCreatedResult, { paint, explain }: TextOptions): string {
  return sections([
    `No pipeline would be created: ${plain(result.message)}`,
    ...(explain ? [whyText(result.explanations, paint)] : leftOutText(result.leftOut, paint)),
    ...warningsText(result.warnings, paint),
  ])
}

function createdText({ plan, warnings }: CreatedResult, simulation: Simulation, options: TextOptions): string {
  const { paint, explain } = options
  const jobs = plan.jobs.length === 1 ? '1 job' : `${plan.jobs.length} jobs`
  const stages = plan.stages.length === 1 ? '1 stage' : `${plan.stages.length} stages`
  const end = simulation.warnings ? `${simulation.pipeline} with warnings` : simulation.pipeline
  const title = plan.name === null ? '' : `${paint('bold', plain(plan.name))}: `
  return sections([
    `${title}${jobs} in ${stages} would end ${paint(styleOf(simulation.pipeline), end)}`,
    jobTable(plan.jobs, simulation, paint),
    `${paint('bold', 'Starts')}  ${plain(simulation.order.map(names => names.join(', ')).join(' → ')) || 'nothing'}`,
    ...(explain ? [whyText(plan.explanations, paint)] : leftOutText(plan.leftOut, paint)),
    ...warningsText(warnings, paint),
  ])
}

function jobTable(jobs: readonly JobPlan[], simulation: Simulation, paint: Paint): string {
  const rows = jobs.map(job => [
    `  ${job.stage}`,
    job.name,
    simulation.jobs[job.name] ?? '',
    job.trigger === null ? (job.image?.name ?? '') : 'trigger',
    notesOf(job).join(', '),
  ])
  return columns([['  STAGE', 'JOB', 'STATE', 'IMAGE', ''], ...rows], (cell, column, row) => {
    if (row === 0) return paint('dim', cell)
    return column === 2 ? paint(styleOf(cell.trim()), cell) : cell
  })
}

function notesOf(job: JobPlan): readonly string[] {
  const notes: string[] = []
  if (job.when !== 'on_success') notes.push(job.when)
  if (job.startInSeconds !== null) notes.push(`after ${job.startInSeconds} s`)
  if (job.allowFailure || job.allowFailureExitCodes !== null) notes.push('may fail')
  if (job.needs !== null) notes.push(`needs ${job.needs.map(need => need.job).join(' ') || 'nothing'}`)
  if (job.resourceGroup !== null) notes.push(`resource ${job.resourceGroup}`)
  if (job.environment !== null) notes.push(`environment ${job.environment.name}`)
  return notes
}

function leftOutText(leftOut: readonly LeftOutJob[], paint: Paint): readonly string[] {
  if (leftOut.length === 0) return []
  const rows = leftOut.map(job => [`  ${job.name}`, job.reason])
  return [`${paint('bold', 'Left out')}\n${columns(rows)}`]
}

function whyText(explanations: readonly Explanation[], paint: Paint): string {
  return [paint('bold', 'Why'), ...explanations.flatMap(each => explanationLines(each, paint))].join('\n')
}

function explanationLines(explanation: Explanation, paint: Paint): readonly string[] {
  const { job, included, reason, clauses } = explanation
  const verdict = included ? paint('green', 'in') : paint('yellow', 'out')
  return [
    `  ${plain(job)}  ${verdict}  ${plain(reason)}`,
    ...clauses.map(clause => {
      const place = clause.rule === null ? clause.clause : `rule ${clause.rule} ${clause.clause}`
      const values = Object.entries(clause.values).map(
        ([key, value]) => `${key} ${value === null ? 'is not set' : `= ${JSON.stringify(value)}`}`,
      )
      const facts = plain([...values, ...(clause.note === null ? [] : [clause.note])].join(', '))
      const outcome = clause.matched ? paint('green', 'yes') : paint('dim', 'no')
      return `      ${place}: ${plain(clause.text)}  ${outcome}${facts === '' ? '' : paint('dim', `  (${facts})`)}`
    }),
  ]
}

function warningsText(warnings: readonly Diagnostic[], paint: Paint): readonly string[] {
  return warnings.length === 0 ? [] : [warnings.map(each => diagnosticLine(each, 'yellow', paint)).join('\n')]
}

function diagnosticLine({ file, line, column, message }: Diagnostic, style: Style, paint: Paint): string {
  const place = paint('dim', plain(`${file}:${line}:${column}`))
  return `${place}  ${paint(style, style === 'yellow' ? 'warning: ' : '')}${plain(message)}`
}

function styleOf(status: string): Style {
  return styles[status as JobStatus] ?? 'blue'
}

const styles: Partial<Record<JobStatus, Style>> = {
  success: 'green',
  failed: 'red',
  canceled: 'yellow',
  skipped: 'dim',
  created: 'dim',
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`
}
