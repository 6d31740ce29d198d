// Around the whole run: names it, and fails it if it leaves anything behind.
import { setTimeout as sleep } from 'node:timers/promises'
import { findLeftovers, lookBefore } from './leftovers.ts'
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
    if (leftovers.length === 0) return
    const message = `the tests left behind:\n${leftovers.map(leftover => `  ${leftover}`).join('\n')}`
    // On an engine that others use at the same time, as in development, it may be theirs.
    if (process.env.SLIPWAY_ENGINE === undefined) process.stderr.write(`${message}\n`)
    else throw new Error(message)
  }
}
