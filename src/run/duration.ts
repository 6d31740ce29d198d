// How long a pipeline took: the time in which at least one of its jobs ran, without the waiting in between.

export type Interval = { readonly startedAt: string; readonly finishedAt: string }

/** Whole seconds. */
export function durationSeconds(intervals: readonly Interval[]): number {
  const spans = intervals
    .map(({ startedAt, finishedAt }) => ({ startMs: Date.parse(startedAt), endMs: Date.parse(finishedAt) }))
    .sort((a, b) => a.startMs - b.startMs)
  let totalMs = 0
  let coveredUntilMs = Number.NEGATIVE_INFINITY
  for (const { startMs, endMs } of spans) {
    totalMs += Math.max(0, endMs - Math.max(startMs, coveredUntilMs))
    coveredUntilMs = Math.max(coveredUntilMs, endMs)
  }
  return Math.round(totalMs / 1000)
}

/** Mean with two decimals; null: no job tells its coverage. */
export function meanCoverage(values: readonly number[]): number | null {
  if (values.length === 0) return null
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 100) / 100
}

/** Seconds between two times, with fractions; null while one is missing. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
}
