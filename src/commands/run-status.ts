// Statuses as exit codes and in colour.
import type { JobStatus } from '../run/model.ts'
import type { Paint, Style } from './paint.ts'

const exitCodes: Partial<Readonly<Record<JobStatus, number>>> = { failed: 1, canceled: 3, manual: 4 }

/** 0 passed or skipped, 1 failed, 3 canceled, 4 waits for somebody. */
export function exitCodeOf(status: JobStatus): number {
  return exitCodes[status] ?? 0
}

export function paintStatus(paint: Paint, status: JobStatus): string {
  const style = styles[status]
  return style === undefined ? status : paint(style, status)
}

const styles: Partial<Readonly<Record<JobStatus, Style>>> = {
  success: 'green',
  failed: 'red',
  running: 'blue',
  pending: 'yellow',
  canceling: 'yellow',
  canceled: 'dim',
  skipped: 'dim',
}
