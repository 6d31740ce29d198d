import { describe, expect, it } from 'vitest'
import { checkTimezone, nextRun, parseCron } from '../../../src/run/cron.ts'
import { railsZones } from '../../../src/run/rails-time-zones.ts'

function runAfter(cron: string, time: string, timezone = 'UTC'): string | null {
  return nextRun(parseCron(cron), timezone, new Date(time))?.toISOString().slice(0, 16) ?? null
}

describe('cron', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['* * * * *', '2026-01-01T12:00:00Z', '2026-01-01T12:01'],
    ['*/15 * * * *', '2026-01-01T12:01:30Z', '2026-01-01T12:15'],
    ['0 * * * *', '2026-01-01T12:00:00Z', '2026-01-01T13:00'],
    ['30 4 * * *', '2026-01-01T12:00:00Z', '2026-01-02T04:30'],
    ['0 0 1 * *', '2026-01-15T00:00:00Z', '2026-02-01T00:00'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
    ['0 9 * * mon-fri', '2026-01-02T09:00:00Z', '2026-01-05T09:00'],
    ['0 9 * * 1,3', '2026-01-01T00:00:00Z', '2026-01-05T09:00'],
    ['0 0 * * 7', '2026-01-01T00:00:00Z', '2026-01-04T00:00'],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00'],
    ['5-10/5 1 * jan,jul *', '2026-01-31T02:00:00Z', '2026-07-01T01:05'],
    ['20/30 * * * *', '2026-01-01T12:00:00Z', '2026-01-01T12:20'],
    ['@daily', '2026-01-01T12:00:00Z', '2026-01-02T00:00'],
  ]
  it.each(table)('%s after %s is %s', (cron, time, expected) => {
    expect(runAfter(cron, time)).toBe(expected)
  })

  it('goes by the time zone, summer and winter', () => {
    expect(runAfter('0 9 * * *', '2026-01-10T00:00:00Z', 'Europe/Berlin')).toBe('2026-01-10T08:00')
    expect(runAfter('0 9 * * *', '2026-07-10T00:00:00Z', 'Europe/Berlin')).toBe('2026-07-10T07:00')
    expect(runAfter('0 0 * * *', '2026-07-10T00:00:00Z', 'Asia/Kolkata')).toBe('2026-07-10T18:30')
  })

  it('knows the names of zones that GitLab shows, which are those of Rails', () => {
    expect(runAfter('0 9 * * *', '2026-01-01T00:00:00Z', 'Pacific Time (US & Canada)')).toBe('2026-01-01T17:00')
    expect(runAfter('0 9 * * *', '2026-07-01T00:00:00Z', 'Berlin')).toBe('2026-07-01T07:00')
    for (const zone of railsZones) expect(() => checkTimezone(zone)).not.toThrow()
  })

  it('leaves out an hour that clocks leap over, and runs once in one that comes twice', () => {
    expect(runAfter('30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30')
    expect(runAfter('30 2 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30')
    expect(runAfter('30 2 * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-26T01:30')
  })

  it('that never comes is told', () => {
    expect(runAfter('0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeNull()
  })

  it('is refused with the field that is wrong', () => {
    const mistakes: readonly (readonly [string, string])[] = [
      ['* * * *', 'five fields'],
      ['60 * * * *', 'minute'],
      ['* 24 * * *', 'hour'],
      ['* * 0 * *', 'day'],
      ['* * * foo *', 'month'],
      ['* * * * 8', 'weekday'],
      ['*/0 * * * *', 'minute'],
      ['5-1 * * * *', 'minute'],
      ['* * * * * *', 'five fields'],
    ]
    for (const [cron, message] of mistakes) expect(() => parseCron(cron), cron).toThrow(message)
    expect(() => runAfter('* * * * *', '2026-01-01T00:00:00Z', 'Nowhere/Land')).toThrow('Nowhere/Land')
  })
})
