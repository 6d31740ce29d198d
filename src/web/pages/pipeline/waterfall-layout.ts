// When each job waited and ran, as parts of the pipeline's whole time.
import type { JobView } from '../../api/pipelines.ts'

export type Bar = {
  readonly job: JobView
  /** Parts of the whole, 0 to 1. */
  readonly queued: number
  readonly started: number
  readonly finished: number
}

export type Waterfall = {
  readonly bars: readonly Bar[]
  readonly seconds: number
  /** Seconds from the start at which a line is drawn. */
  readonly ticks: readonly number[]
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]

/** @param now milliseconds since 1970: where running jobs end for now */
export function layoutWaterfall(jobs: readonly JobView[], now: number): Waterfall {
  const begun = jobs.filter(job => job.queued_at !== null || job.started_at !== null)
  const times = begun.map(job => timesOf(job, now))
  const start = Math.min(...times.map(time => time.queued))
  const end = Math.max(...times.map(time => time.finished))
  const whole = Math.max(1000, end - start)
  if (begun.length === 0) return { bars: [], seconds: 0, ticks: [] }
  const bars = begun.map((job, index) => {
    const time = times[index] ?? { queued: start, started: start, finished: start }
    return {
      job,
      queued: (time.queued - start) / whole,
      started: (time.started - start) / whole,
      finished: (time.finished - start) / whole,
    }
  })
  bars.sort((one, other) => one.started - other.started || one.queued - other.queued)
  return { bars, seconds: whole / 1000, ticks: ticksOf(whole / 1000) }
}

function timesOf(
  job: JobView,
  now: number,
): { readonly queued: number; readonly started: number; readonly finished: number } {
  const finished = job.finished_at === null ? now : Date.parse(job.finished_at)
  const started = job.started_at === null ? finished : Date.parse(job.started_at)
  const queued = job.queued_at === null ? started : Math.min(started, Date.parse(job.queued_at))
  return { queued, started, finished: Math.max(started, finished) }
}

function ticksOf(seconds: number): readonly number[] {
  const step = steps.find(each => seconds / each <= 8) ?? 86_400
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step)
}
