// What the next attempt of a job keeps of those before it.
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JobPayload } from '../../../src/run/protocol.ts'
import type { RunnerRecord } from '../../../src/run/records.ts'
import { openRunWorld, type RunWorld, requestFor, userId } from '../../support/run/run-world.ts'

let world: RunWorld
let runner: RunnerRecord

beforeEach(async () => {
  world = await openRunWorld()
  runner = await world.runner()
})
afterEach(() => world.close())

const variableIn = (job: JobPayload | null, key: string) => job?.variables.find(each => each.key === key)?.value
const variable = (key: string, value: string) => ({ key, value, type: 'env_var', raw: false }) as const

async function fail(job: JobPayload | null): Promise<void> {
  if (job === null) throw new Error('no job')
  const lease = { jobId: job.id, lease: job.slipway.lease }
  const outcome = {
    status: 'failed',
    failureReason: 'script_failure',
    failureDetail: null,
    exitCode: 1,
    message: 'exit code 1',
  } as const
  await world.coordinator.finish(lease, outcome, { coverage: null })
}

it('the variables entered at play hold for retries, automatic and by hand', async () => {
  await world.push('gate: { script: [a], when: manual, retry: 1 }')
  const { id } = await world.job('gate')
  await world.coordinator.playJob(id, { userId, variables: [variable('TARGET', 'blue')] })
  const first = await world.claim(runner)
  expect(variableIn(first, 'TARGET')).toBe('blue')
  await fail(first)
  const second = await world.claim(runner)
  expect(variableIn(second, 'TARGET')).toBe('blue')
  await fail(second)
  await world.coordinator.retryJob((await world.job('gate')).id, { userId })
  const third = await world.claim(runner)
  expect(variableIn(third, 'TARGET')).toBe('blue')
  expect(new Set([first?.id, second?.id, third?.id]).size).toBe(3)
  const all = await world.reader.jobsOfPipeline((await world.latest()).id, true)
  expect(all.map(job => job.isRetried)).toEqual([true, true, false])
})

it('the variables of the pipeline hold when it is retried', async () => {
  await world.push('a: { script: [x] }')
  await world.coordinator.createPipeline(requestFor({ variables: [variable('KIND', 'nightly')] }))
  const { id } = await world.latest()
  await world.runAll(runner, { a: 'failed' })
  await world.coordinator.retryPipeline(id, { userId })
  expect(variableIn(await world.claim(runner), 'KIND')).toBe('nightly')
})

it('each attempt has a higher id than every job before it', async () => {
  await world.push('a: { script: [x] }')
  await fail(await world.claim(runner))
  await world.push('c: { script: [x], retry: 1 }')
  const { id } = await world.job('c')
  for (let job = await world.claim(runner); job !== null; job = await world.claim(runner)) await fail(job)
  const attempts = await world.reader.jobsOfPipeline((await world.latest()).id, true)
  expect(attempts.map(job => [job.id >= id, job.isRetried])).toEqual([
    [true, true],
    [true, false],
  ])
})
