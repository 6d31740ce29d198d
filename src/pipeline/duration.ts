// Durations as Ruby's ChronicDuration reads them: `1h 30m`, `3 mins 4 sec`, `1 hour and 5 minutes`, `1:30:00`, `90`.

const secondsOfUnit: ReadonlyMap<string, number> = new Map([
  ...named(1, 's', 'sec', 'secs', 'second', 'seconds'),
  ...named(60, 'm', 'min', 'mins', 'minute', 'minutes'),
  ...named(3600, 'h', 'hr', 'hrs', 'hour', 'hours'),
  ...named(86_400, 'd', 'day', 'days'),
  ...named(604_800, 'w', 'week', 'weeks'),
  ...named(2_592_000, 'mo', 'mos', 'month', 'months'),
  ...named(31_557_600, 'y', 'yr', 'yrs', 'year', 'years'),
])

const maxLength = 200

export const oneWeekSeconds = 604_800
export const oneMonthSeconds = 2_592_000

/** Seconds, or null when the text is no duration, or zero. */
export function parseDuration(text: string): number | null {
  if (text.length > maxLength) return null
  const trimmed = text.trim().toLowerCase()
  const seconds = parseClock(trimmed) ?? parseUnits(trimmed)
  return seconds === null || seconds === 0 ? null : seconds
}

function named(seconds: number, ...units: readonly string[]): readonly (readonly [string, number])[] {
  return units.map(unit => [unit, seconds])
}

function parseClock(text: string): number | null {
  if (!/^\d+(:\d+){1,2}(\.\d+)?$/.test(text)) return null
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}

function parseUnits(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  const words = text.replace(/,|\band\b/g, ' ')
  if (!/^(\s*\d+(\.\d+)?\s*[a-z]+)+\s*$/.test(words)) return null
  let seconds = 0
  for (const [, amount, unit] of words.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const size = secondsOfUnit.get(unit ?? '')
    if (size === undefined) return null
    seconds += Number(amount) * size
  }
  return seconds
}
