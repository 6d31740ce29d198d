// How the reader likes logs to be shown; kept for the next log.
import { type Signal, signal } from '@preact/signals'

export type TimestampMode = 'off' | 'clock' | 'elapsed'

const storageKey = 'slipway.log'
const isPhone = matchMedia('(max-width: 760px)').matches
const stored = read()

export const wrapLines: Signal<boolean> = signal(stored.wrap ?? isPhone)
export const timestampMode: Signal<TimestampMode> = signal(stored.timestamps ?? 'off')

export function setWrap(wrap: boolean): void {
  wrapLines.value = wrap
  write()
}

export function setTimestampMode(mode: TimestampMode): void {
  timestampMode.value = mode
  write()
}

type Stored = { readonly wrap?: boolean; readonly timestamps?: TimestampMode }

function read(): Stored {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Stored
  } catch {
    return {}
  }
}

function write(): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify({ wrap: wrapLines.value, timestamps: timestampMode.value }))
  } catch {
    // Storage may be forbidden; then the choice lasts as long as the page.
  }
}
