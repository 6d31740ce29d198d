// Times in the reader's zone: how long ago, with the exact moment on hover.
import type { JSX } from 'preact'
import { minuteClock, secondClock } from '../clock.ts'
import { ageWords, durationWords } from '../words.ts'

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export function Ago({ at }: { readonly at: string | null | undefined }): JSX.Element {
  if (at === null || at === undefined) return <span class="faint">never</span>
  const then = Date.parse(at)
  return (
    <time dateTime={at} title={exact.format(then)}>
      {ageWords(then, minuteClock.value)}
    </time>
  )
}

export function Moment({ at }: { readonly at: string }): JSX.Element {
  const then = Date.parse(at)
  return (
    <time dateTime={at} title={exact.format(then)}>
      {short.format(then)}
    </time>
  )
}

type DurationProps = {
  /** Seconds, when it is known. */
  readonly seconds?: number | null | undefined
  readonly startedAt?: string | null | undefined
  readonly finishedAt?: string | null | undefined
}

/** Counts on while there is a start and no end. */
export function Duration({ seconds, startedAt, finishedAt }: DurationProps): JSX.Element | null {
  const known = secondsOf(seconds, startedAt, finishedAt)
  if (known !== null) return <span class="number nowrap">{durationWords(known)}</span>
  if (startedAt === null || startedAt === undefined) return null
  const running = Math.max(0, Math.floor((secondClock.value - Date.parse(startedAt)) / 1000))
  return <span class="number nowrap">{durationWords(running)}</span>
}

function secondsOf(
  seconds: number | null | undefined,
  startedAt: string | null | undefined,
  finishedAt: string | null | undefined,
): number | null {
  if (startedAt && finishedAt) return seconds ?? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000
  return startedAt && !finishedAt ? null : (seconds ?? null)
}
