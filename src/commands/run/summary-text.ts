// The summary for people: one line a job, and how it all ended.
import type { JobStatus } from '../../run/model.ts'
import { columns, type Paint, type Style } from '../paint.ts'
import type { JobSummary, RunSummary } from './summary.ts'

export function summaryText(summary: RunSummary, paint: Paint): string {
  const rows = summary.jobs.map(job => [job.name, job.stage, job.status, timeOf(job.durationSeconds), notesOf(job)])
  const table = columns([['JOB', 'STAGE', 'STATE', 'TIME', ''], ...rows], (cell, column, row) => {
    if (row === 0) return paint('dim', cell)
    return column === 2 ? paint(styleOf(cell.trim()), cell) : cell
  })
  const verdict = summary.warnings ? `${summary.pipeline} with warnings` : summary.pipeline
  const end = `${paint(styleOf(summary.pipeline), verdict)} in ${timeOf(summary.durationSeconds)}`
  return `\n${table.replace(/ +$/gm, '')}\n\n${end}\n`
}

function notesOf(job: JobSummary): string {
  const notes = [
    job.status === 'failed' ? (job.message ?? job.failureReason ?? '') : '',
    job.status === 'failed' && job.allowFailure ? 'allowed to fail' : '',
    job.status === 'manual' ? `'slipway run ${shellWord(job.name)}' plays it` : '',
    job.attempts > 1 ? `attempt ${job.attempts}` : '',
    job.coverage === null ? '' : `coverage ${job.coverage} %`,
  ]
  return notes.filter(note => note !== '').join(', ')
}

function shellWord(name: string): string {
  return /^[\w:./-]+$/.test(name) ? name : `"${name}"`
}

/** `0.4 s`, `12 s`, `3 min 5 s` */
export function timeOf(seconds: number | null): string {
  if (seconds === null) return ''
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const styles: Partial<Record<JobStatus, Style>> = {
  success: 'green',
  failed: 'red',
  canceled: 'yellow',
  manual: 'blue',
  scheduled: 'blue',
}

function styleOf(status: string): Style {
  return styles[status as JobStatus] ?? 'dim'
}
