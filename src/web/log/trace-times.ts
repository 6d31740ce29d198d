/** Pairs of an offset and the milliseconds at which the bytes from there on arrived, in order. */
export type TraceTimes = readonly (readonly [number, number])[]

/** When the byte at this offset arrived; null: before anything that is known. */
export function timeOf(times: TraceTimes, offset: number): number | null {
  let low = 0
  let high = times.length - 1
  if (high < 0 || offset < (times[0]?.[0] ?? 0)) return null
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((times[middle]?.[0] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return times[low]?.[1] ?? null
}
