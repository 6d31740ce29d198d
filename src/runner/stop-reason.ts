// Why a job's work ends before its own end. The signal of a job carries one of these; the first one wins.

export type StopReason =
  /** Somebody asked for it: after_script and uploads still run. */
  | { readonly kind: 'canceled' }
  /** Nothing more runs. */
  | { readonly kind: 'timed_out'; readonly timeoutSeconds: number }
  /** The runner's disk has no room for the log: nothing more runs. */
  | { readonly kind: 'disk_full' }
  /** The server gave the lease up: nothing may be said any more. */
  | { readonly kind: 'stale' }
  /** The process ends; the job's containers stay for its successor. */
  | { readonly kind: 'handed_over' }

export function stopReasonOf(signal: AbortSignal): StopReason | null {
  if (!signal.aborted) return null
  const { reason } = signal as { reason: unknown }
  return isStopReason(reason) ? reason : null
}

export function isStopReason(reason: unknown): reason is StopReason {
  return typeof reason === 'object' && reason !== null && 'kind' in reason
}
