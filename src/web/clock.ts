// The time as signals, so that ages and durations on a page move together and cost one timer.
import { signal } from '@preact/signals'

/** Milliseconds since 1970; moves every 20 s. For ages: "3 minutes ago". */
export const minuteClock = signal(Date.now())
/** Moves every second. For running durations. */
export const secondClock = signal(Date.now())

export function startClocks(): void {
  setInterval(() => {
    if (!document.hidden) secondClock.value = Date.now()
  }, 1000)
  setInterval(() => {
    if (!document.hidden) minuteClock.value = Date.now()
  }, 20_000)
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    secondClock.value = Date.now()
    minuteClock.value = Date.now()
  })
}
