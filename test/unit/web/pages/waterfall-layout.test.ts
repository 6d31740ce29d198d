import { describe, expect, it } from 'vitest'
import { layoutWaterfall } from '../../../../src/web/pages/pipeline/waterfall-layout.ts'
import { job } from '../../../support/web/fixture-data.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()
const times = (queued: number, started: number | null, finished: number | null) => ({
  queued_at: at(queued),
  started_at: started === null ? null : at(started),
  finished_at: finished === null ? null : at(finished),
})
const one = (id: number, name: string, each: ReturnType<typeof times>) =>
  job(id, ['test'], { name, stage: 'test', ...each })

describe('the waterfall of a pipeline', () => {
  it('tells waiting and running as parts of the whole, in the order of their starts', () => {
    const { bars, seconds } = layoutWaterfall(
      [one(1, 'late', times(50, 60, 100)), one(2, 'early', times(0, 10, 50))],
      Date.parse(at(100)),
    )
    expect(seconds).toBe(100)
    expect(bars.map(bar => [bar.job.name, bar.queued, bar.started, bar.finished])).toEqual([
      ['early', 0, 0.1, 0.5],
      ['late', 0.5, 0.6, 1],
    ])
  })

  it('lets what runs, and what waits, end at the present', () => {
    const { bars } = layoutWaterfall(
      [one(1, 'runs', times(0, 0, null)), one(2, 'waits', times(0, null, null))],
      Date.parse(at(40)),
    )
    expect(bars.map(bar => [bar.job.name, bar.started, bar.finished])).toEqual([
      ['runs', 0, 1],
      ['waits', 1, 1],
    ])
  })

  it('has at most nine marks of time', () => {
    for (const end of [3, 61, 700, 90_000]) {
      const { ticks } = layoutWaterfall([one(1, 'x', times(0, 0, end))], 0)
      expect(ticks.length).toBeGreaterThan(1)
      expect(ticks.length).toBeLessThanOrEqual(9)
    }
  })

  it('of a pipeline that has not begun is empty', () => {
    expect(layoutWaterfall([job(1, ['test'], { name: 'x', stage: 'test', status: 'created' })], 0)).toEqual({
      bars: [],
      seconds: 0,
      ticks: [],
    })
  })
})
