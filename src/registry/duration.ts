// Ages as GitLab's bulk delete takes them: `1h`, `1d`, `1month`, also in words. Pure.

const hourMs = 60 * 60 * 1000
const unitsMs: Readonly<Record<string, number>> = {
  h: hourMs,
  hour: hourMs,
  d: 24 * hourMs,
  day: 24 * hourMs,
  w: 7 * 24 * hourMs,
  week: 7 * 24 * hourMs,
  month: 30 * 24 * hourMs,
  y: 365 * 24 * hourMs,
  year: 365 * 24 * hourMs,
}

/** Milliseconds; null: not an age. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,6})\s*([a-z]{1,6}?)s?$/i.exec(text.trim())
  const unitMs = unitsMs[match?.[2]?.toLowerCase() ?? '']
  return match === null || unitMs === undefined ? null : Number(match[1]) * unitMs
}
