// Five-field cron with time zones: when does a schedule run next? Pure; the zone's rules come from Intl.
import { AppError } from '../kit/errors.ts'
import { ianaZoneOf } from './rails-time-zones.ts'

export type Cron = {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** With both days and weekdays restricted, one of them is enough. */
  readonly isEitherDay: boolean
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const shorthands: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

/** @throws AppError `cron_invalid` */
export function parseCron(text: string): Cron {
  const written = text.trim().toLowerCase()
  const fields = (shorthands[written] ?? written).split(/\s+/)
  const [minute, hour, day, month, weekday] = fields
  if (
    minute === undefined ||
    hour === undefined ||
    day === undefined ||
    month === undefined ||
    weekday === undefined ||
    fields.length > 5
  ) {
    throw new AppError('cron_invalid', `expected five fields (minute hour day month weekday), found '${text}'`)
  }
  const weekdays = fieldOf(weekday, { name: 'weekday', from: 0, to: 7, names: weekdayNames })
  return {
    minutes: fieldOf(minute, { name: 'minute', from: 0, to: 59, names: [] }),
    hours: fieldOf(hour, { name: 'hour', from: 0, to: 23, names: [] }),
    days: fieldOf(day, { name: 'day', from: 1, to: 31, names: [] }),
    months: fieldOf(month, { name: 'month', from: 1, to: 12, names: monthNames }),
    weekdays: new Set([...weekdays].map(each => each % 7)),
    isEitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  }
}

const minuteMs = 60_000
const searchYears = 5

/** The first time after `after` at which the cron is due; null: never (the 30th of February). */
export function nextRun(cron: Cron, timezone: string, after: Date): Date | null {
  const wall = createWallClock(timezone)
  let atMs = Math.floor(after.getTime() / minuteMs) * minuteMs + minuteMs
  const untilMs = atMs + searchYears * 366 * 24 * 60 * minuteMs
  while (atMs < untilMs) {
    const local = wall(atMs)
    if (!cron.months.has(local.month) || !matchesDay(cron, local)) {
      // To the next local midnight, an hour at a time near it: days of 23 and 25 hours are met.
      atMs += Math.max(1, 60 * Math.max(1, 23 - local.hour) - local.minute) * minuteMs
    } else if (!cron.hours.has(local.hour)) atMs += (60 - local.minute) * minuteMs
    else if (cron.minutes.has(local.minute) && !isSecondTime(cron, wall, atMs)) return new Date(atMs)
    else atMs += minuteMs
  }
  return null
}

/** @throws AppError `timezone_invalid` */
export function checkTimezone(timezone: string): void {
  createWallClock(timezone)
}

/** When clocks go back, an hour comes twice; a schedule that names its hours runs once. */
function isSecondTime(cron: Cron, wall: (atMs: number) => LocalTime, atMs: number): boolean {
  return cron.hours.size < 24 && wall(atMs - 60 * minuteMs).hour === wall(atMs).hour
}

type LocalTime = {
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly hour: number
  readonly minute: number
}

function createWallClock(name: string): (atMs: number) => LocalTime {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: ianaZoneOf(name),
      hourCycle: 'h23',
      month: 'numeric',
      day: 'numeric',
      weekday: 'short',
      hour: 'numeric',
      minute: 'numeric',
    })
  } catch (cause) {
    throw new AppError('timezone_invalid', `'${name}' is not a time zone (expected one such as Europe/Berlin)`, {
      cause,
    })
  }
  return atMs => {
    const parts = new Map(format.formatToParts(atMs).map(part => [part.type, part.value]))
    return {
      month: Number(parts.get('month')),
      day: Number(parts.get('day')),
      weekday: weekdayNames.indexOf((parts.get('weekday') ?? '').toLowerCase()),
      hour: Number(parts.get('hour')),
      minute: Number(parts.get('minute')),
    }
  }
}

function matchesDay(cron: Cron, local: LocalTime): boolean {
  const byDay = cron.days.has(local.day)
  const byWeekday = cron.weekdays.has(local.weekday)
  return cron.isEitherDay ? byDay || byWeekday : byDay && byWeekday
}

type FieldRange = {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly names: readonly string[]
}

/** Lists of `*`, numbers, names, `a-b`, each with an optional `/step`. */
function fieldOf(text: string, range: FieldRange): ReadonlySet<number> {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/.exec(part)
    const step = Number(match?.[3] ?? 1)
    const from = match?.[1] === '*' ? range.from : numberOf(match?.[1], range)
    const openEnd = match?.[1] === '*' || (match?.[3] !== undefined && match[2] === undefined) ? range.to : from
    const to = match?.[2] === undefined ? openEnd : numberOf(match[2], range)
    if (match === null || from === null || to === null || to < from || step < 1) {
      throw new AppError(
        'cron_invalid',
        `${range.name}: expected ${range.from} to ${range.to}, a list, a range or *, found '${part}'`,
      )
    }
    for (let value = from; value <= to; value += step) values.add(value)
  }
  return values
}

function numberOf(text: string | undefined, { from, to, names }: FieldRange): number | null {
  if (text === undefined) return null
  const named = names.indexOf(text)
  const value = named >= 0 ? named + (names === monthNames ? 1 : 0) : /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= from && value <= to ? value : null
}
