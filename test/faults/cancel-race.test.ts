// A cancel and the end of a job at the same moment, in any order of what each of them does: the first to be written wins, all
// others hear so, and nothing changes afterwards.
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../src/kit/errors.ts'
import type { JobOutcome } from '../../src/run/model.ts'
import { createRandom, type Random } from '../support/random.ts'
import { openRunWorld, type RunWorld } from '../support/run/run-world.ts'

const races = Number(process.env.SLIPWAY_SOAK_CANCEL_RACES ?? 60)
const yaml = 'a: {script: x, retry: 1}\nb: {script: x, needs: [a]}'
const facts = { coverage: null }
const success: JobOutcome = { status: 'success' }
const failure: JobOutcome = {
  status: 'failed',
  failureReason: 'script_failure',
  failureDetail: null,
  exitCode: 1,
  message: 'exit code 1',
}
const ends = ['success', 'failed', 'canceled']

let world: RunWorld
beforeEach(async () => {
  world = await openRunWorld()
})
afterEach(() => world.close())

async function race(random: Random): Promise<readonly string[]> {
  const { coordinator, reader } = world
  const runner = await world.runner()
  await world.push(yaml, { branch: `branch-${random.integer(1_000_000_000)}` })
  const claimed = await world.claim(runner)
  if (claimed === null) throw new Error('nothing to claim')
  const pipelineId = claimed.slipway.pipeline_id
  const lease = { jobId: claimed.id, lease: claimed.slipway.lease }
  if (random.integer(4) > 0) await coordinator.begin(lease)
  const outcome = random.pick([success, failure])
  const acts: readonly (() => Promise<unknown>)[] = [
    () => coordinator.finish(lease, outcome, facts),
    () => coordinator.finish(lease, outcome, facts),
    () => coordinator.cancelJob(lease.jobId),
    () => random.pick([() => coordinator.cancelPipeline(pipelineId), () => coordinator.cancelJob(lease.jobId)])(),
    () => coordinator.begin(lease),
    () => coordinator.heartbeat(runner.id, [lease]),
  ]
  const seen: string[] = []
  const statusNow = async () =>
    (await reader.jobsOfPipeline(pipelineId, true)).find(({ id }) => id === lease.jobId)?.status ?? 'gone'
  await Promise.all(
    acts.map(async act => {
      for (let turns = random.integer(12); turns > 0; turns -= 1) await turn()
      await act().catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error // a job that has ended cannot be canceled
      })
      seen.push(await statusNow())
    }),
  )
  await coordinator.finish(lease, { status: 'canceled' }, facts) // what a runner says that heard of the cancel
  await coordinator.close()
  seen.push(await statusNow())
  await world.runAll(runner)
  seen.push(await statusNow())
  expect(['success', 'failed', 'canceled', 'skipped']).toContain((await reader.pipeline(pipelineId))?.status)
  return seen
}

test(`${races} races of a cancel with the end of its job have one winner each`, {
  timeout: 60_000 + races * 500,
}, async () => {
  const random = createRandom(41)
  const winners = new Set<string>()
  for (let round = 0; round < races; round += 1) {
    const seen = await race(random)
    const first = seen.findIndex(status => ends.includes(status))
    expect(new Set(seen.slice(first)).size, `round ${round}: ${seen.join(' ')}`).toBe(1)
    winners.add(seen.at(-1) ?? '')
  }
  expect([...winners].toSorted()).toEqual(ends.toSorted())
})
