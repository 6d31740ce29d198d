// Containers that do not end, or cannot be removed: a process in state D, an engine that hangs over one of them (moby#41827).
// The job gets its outcome, the slot is free, and what stays is removed once that is possible.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { leftovers } from '../integration/executor/rooms.ts'
import { startTestRunner, type TestRunner } from '../integration/runner/runner-in-process.ts'
import { type EngineProxy, startEngineProxy } from '../support/engine-proxy.ts'
import { jobPayload } from '../support/job-payload.ts'
import { type RunnerProtocolServer, startRunnerProtocolServer } from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

const never = /^$/
let engine: EngineProxy
let server: RunnerProtocolServer
let runner: TestRunner
beforeEach(async () => {
  engine = await startEngineProxy()
  server = await startRunnerProtocolServer()
  const docker = { host: engine.host, spareNetworks: 0 }
  const options = { patience: { killMs: 500, removeMs: 500 }, sweepMs: 200 }
  runner = await startTestRunner(server.url, { concurrency: 1, stopGrace: 1, docker }, options)
})
afterEach(async () => {
  engine.set(never, 'pass')
  await runner.end()
  await server.close()
  await engine.close()
  expect(await leftovers(runner.runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

describe('a container', { timeout: 120_000 }, () => {
  test.each(['hang', 'fail'] as const)('whose removal does %s costs no job its end, and no slot', async mode => {
    engine.set(/^DELETE \/containers\//, mode)
    const first = server.add(jobPayload({ id: 1 }))
    await waitUntil(() => first.update !== null, 'the end of the first job')
    const second = server.add(jobPayload({ id: 2 }))
    await waitUntil(() => second.update !== null, 'the end of the second job')
    expect([first.update?.state, second.update?.state]).toEqual(['success', 'success'])
    await waitUntil(() => runner.stuckRooms() === 2, 'both rooms to be known as stuck')
    expect(runner.problems.join('\n')).toContain('cannot be removed: it is tried again')
    // Not asked again and again: the next time is a minute away.
    const asked = engine.count()
    const third = server.add(jobPayload({ id: 3 }))
    engine.set(never, 'pass')
    await waitUntil(() => third.update !== null, 'the end of the third job')
    expect(engine.count()).toBe(asked)
  })

  test('that does not end when it is killed is left behind, and the canceled job ends', async () => {
    const job = server.add(jobPayload({ id: 4, script: ['echo begun', 'sleep 300'], afterScript: ['echo after'] }))
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    engine.set(/^(POST|GET) \/containers\/\w+\/(kill|exec|json)|^DELETE \/containers\//, 'hang')
    job.canceling = true
    await waitUntil(() => job.update !== null, 'the end of the canceled job')
    expect(job.update).toMatchObject({ state: 'canceled' })
    expect(job.log.toString()).toContain('did not end within 0.5 s after they were killed')
    engine.set(never, 'pass')
    const next = server.add(jobPayload({ id: 5 }))
    await waitUntil(() => next.update !== null, 'the end of the next job')
    expect(next.update).toMatchObject({ state: 'success' })
  })
})
