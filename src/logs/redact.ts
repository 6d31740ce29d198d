// Masks secrets in a stream of bytes. What comes out is a function of the whole input only, never of how it was cut:
// every byte that belongs to an occurrence of a secret is covered, and each covered run becomes one `[MASKED]`.
// Only bytes that may still turn out to be the beginning of a secret are held back.
//
//   raw    ······s3cret·····s3c      position: bytes taken in
//   out    ······[MASKED]···|        settled: bytes whose fate is sealed; the rest is held
import { type Automaton, createAutomaton } from './automaton.ts'
import { secretVariants } from './secret-variants.ts'
import { openers, runMember } from './sensitive-runs.ts'

/** Where a redactor stands; holds no byte of the log, so it may lie beside the spool. */
export type RedactorState = {
  /** Raw bytes taken in. */
  readonly position: number
  /** A redactor made with this state must be given the raw log again from this offset. */
  readonly readFrom: number
  /** Masked bytes given out. */
  readonly written: number
  readonly settled: number
  readonly maskedUntil: number
  readonly pending: readonly Interval[]
  readonly activeRuns: number
}

/** Raw offsets `[start, end)` to cover. */
type Interval = { readonly start: number; readonly end: number }

export type Redactor = {
  /** The masked bytes that are certain by now; may be a view of `chunk`. */
  readonly write: (chunk: Uint8Array) => Uint8Array
  /** The end of the log: gives out what was held back. */
  readonly flush: () => Uint8Array
  readonly state: () => RedactorState
}

export type RedactorOptions = { readonly secrets: readonly string[]; readonly state?: RedactorState }

const mask = new TextEncoder().encode('[MASKED]')
const nothing = new Uint8Array(0)

export function createRedactor({ secrets, state: from }: RedactorOptions): Redactor {
  const automaton = automatonFor(secrets)
  let node = 0
  let position = from?.readFrom ?? 0
  let settled = from?.settled ?? 0
  let maskedUntil = from?.maskedUntil ?? 0
  let written = from?.written ?? 0
  let activeRuns = from?.activeRuns ?? 0
  const pending: Interval[] = [...(from?.pending ?? [])]
  let held: Uint8Array = nothing
  const known = from?.position ?? 0

  function write(chunk: Uint8Array): Uint8Array {
    if (position >= known) return take(chunk)
    const again = chunk.subarray(0, known - position)
    readAgain(again)
    return again.length === chunk.length ? nothing : take(chunk.subarray(again.length))
  }

  /** Bytes from before the restart: they only lead the automaton to where it stood. */
  function readAgain(chunk: Uint8Array): void {
    for (const byte of chunk) node = follow(automaton, node, byte)
    const start = position
    position += chunk.length
    held = concatenate([held, chunk.subarray(Math.min(chunk.length, Math.max(0, settled - start)))])
  }

  function take(chunk: Uint8Array): Uint8Array {
    scan(chunk)
    return settle(position - (automaton.holds[node / automaton.columnCount] ?? 0), chunk)
  }

  function scan(chunk: Uint8Array): void {
    const { next, columns, firstReporting } = automaton
    const start = position
    let index = 0
    let current = node
    while (index < chunk.length) {
      if (activeRuns === 0) {
        do current = next[current + (columns[chunk[index++] as number] as number)] as number
        while (current < firstReporting && index < chunk.length)
      } else {
        const byte = chunk[index++] as number
        current = follow(automaton, current, byte)
        activeRuns &= runMember[byte] as number
        if (activeRuns !== 0) cover(start + index - 1, start + index)
      }
      if (current >= firstReporting) report(current, start + index)
    }
    node = current
    position = start + chunk.length
  }

  function report(current: number, end: number): void {
    const row = current / automaton.columnCount
    const length = automaton.covers[row] as number
    if (length > 0) cover(end - length, end)
    activeRuns |= automaton.opens[row] as number
  }

  /** Runs that touch or overlap are one. Nothing before `settled` can be covered any more: it was not held. */
  function cover(from: number, to: number): void {
    let start = from
    for (let last = pending.at(-1); last !== undefined && last.end >= start; last = pending.at(-1)) {
      start = Math.min(start, last.start)
      pending.pop()
    }
    if (start <= maskedUntil && maskedUntil > 0) maskedUntil = to
    else pending.push({ start, end: to })
  }

  /** Gives out everything before `until`: `held` and then `chunk` are the raw bytes from `settled` on. */
  function settle(until: number, chunk: Uint8Array): Uint8Array {
    const firstHeld = settled
    const firstFresh = firstHeld + held.length
    const parts: Uint8Array[] = []
    const copy = (from: number, to: number): void => {
      if (from < firstFresh) parts.push(held.subarray(from - firstHeld, Math.min(to, firstFresh) - firstHeld))
      if (to > firstFresh) parts.push(chunk.subarray(Math.max(from, firstFresh) - firstFresh, to - firstFresh))
    }
    let at = Math.max(settled, maskedUntil)
    while (pending[0] !== undefined && pending[0].start < until) {
      const [{ start, end }] = pending as [Interval]
      if (start > at) copy(at, start)
      parts.push(mask)
      maskedUntil = end
      at = end
      pending.shift()
    }
    if (until > at) copy(at, until)
    held = until < firstFresh ? concatenate([held.subarray(until - firstHeld), chunk]) : chunk.slice(until - firstFresh)
    settled = until
    const output = concatenate(parts)
    written += output.length
    return output
  }

  function flush(): Uint8Array {
    node = 0
    activeRuns = 0
    return settle(position, nothing)
  }

  function state(): RedactorState {
    // Not yet back where it stood: nothing has changed.
    if (from !== undefined && position < known) return from
    const depth = automaton.depths[node / automaton.columnCount] ?? 0
    return { position, readFrom: position - depth, written, settled, maskedUntil, pending: [...pending], activeRuns }
  }

  return { write, flush, state }
}

/** By their list: whoever goes on from a state does so with the same secrets. */
const automata = new WeakMap<readonly string[], Automaton>()

function automatonFor(secrets: readonly string[]): Automaton {
  const known = automata.get(secrets)
  if (known !== undefined) return known
  const covering = [...new Set(secrets)].flatMap(secretVariants).map(bytes => ({ bytes, opens: 0 }))
  const automaton = createAutomaton([...covering, ...openers])
  automata.set(secrets, automaton)
  return automaton
}

function follow(automaton: Automaton, node: number, byte: number): number {
  return automaton.next[node + (automaton.columns[byte] as number)] as number
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(part => part.length > 0)
  if (filled.length <= 1) return filled[0] ?? nothing
  const whole = new Uint8Array(filled.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of filled) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
