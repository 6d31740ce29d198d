// Around the whole run: names it, and fails it if it leaves anything behind.
import { setTimeout as sleep } from 'node:timers/promises'
import { findLeftovers, type Leftover, lookBefore } from './leftovers.ts'
import { testRun } from './test-run.ts'

const patienceMs = 5_000

export default async function setup(): Promise<() => Promise<void>> {
  testRun()
  const before = await lookBefore()
  return async () => {
    // Processes that were told to end may still be at it.
    const deadline = Date.now() + patienceMs
    let leftovers = await findLeftovers(before)
    while (leftovers.length > 0 && Date.now() < deadline) {
      await sleep(100)
      leftovers = await findLeftovers(before)
    }
    // A private engine has no other user.
    const isAlone = process.env.SLIPWAY_ENGINE === 'private'
    const [ours, others] = partition(leftovers, leftover => leftover.isCertain || isAlone)
    if (others.length > 0) process.stderr.write(`left in the engine, by these tests or by others:\n${list(others)}\n`)
    if (ours.length > 0) throw new Error(`the tests left behind:\n${list(ours)}`)
  }
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter(item => !isFirst(item))]
}

function list(leftovers: readonly Leftover[]): string {
  return leftovers.map(({ what }) => `  ${what}`).join('\n')
}
