// A small seeded generator (mulberry32), so that a failing property test can be run again.

export type Random = {
  /** A whole number from 0 to `below - 1`. */
  readonly integer: (below: number) => number
  readonly pick: <T>(choices: readonly T[]) => T
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const integer = (below: number): number => Math.floor(next() * below)
  return { integer, pick: choices => choices[integer(choices.length)] as (typeof choices)[number] }
}
