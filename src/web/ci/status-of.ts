const active: readonly string[] = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'scheduled',
  'canceling',
]

/** It runs, or will without anybody's doing. */
export function isActive(status: string): boolean {
  return active.includes(status)
}

export function isFinished(status: string): boolean {
  return status === 'success' || status === 'failed' || status === 'canceled' || status === 'skipped'
}

/** A pipeline that passed although a job failed is shown with a warning. */
export function statusOf({
  status,
  has_warnings: hasWarnings,
}: {
  readonly status: string
  readonly has_warnings: boolean
}): string {
  return status === 'success' && hasWarnings ? 'warning' : status
}
