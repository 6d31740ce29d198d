// The name of this run of the tests. The global setup puts it into the environment, so that every process that a test starts
// bears it, and what is left of them afterwards can be told from what others do on the same machine.
import { randomBytes } from 'node:crypto'

const variable = 'SLIPWAY_TEST_RUN'

export function testRun(): string {
  process.env[variable] ??= randomBytes(4).toString('hex')
  return process.env[variable]
}

/** What /proc/PID/environ has of it. */
export function testRunMark(): string {
  return `${variable}=${testRun()}`
}
