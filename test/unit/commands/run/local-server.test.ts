import { describe, expect, it } from 'vitest'
import { createChildPipelines } from '../../../../src/commands/run/child-pipelines.ts'
import { chooseJobs } from '../../../../src/commands/run/job-choice.ts'
import { createLocalArtifacts } from '../../../../src/commands/run/local-artifacts.ts'
import { createLocalCaches } from '../../../../src/commands/run/local-caches.ts'
import { createLocalRun } from '../../../../src/commands/run/local-run.ts'
import { createLocalServer } from '../../../../src/commands/run/local-server.ts'
import { contextOf } from '../../../../src/pipeline/context-defaults.ts'
import { noSourceFiles } from '../../../../src/pipeline/ports.ts'
import { planOf } from '../../../support/run/compiled.ts'

const signal = new AbortController().signal

async function world(yaml: string) {
  let nowMs = 0
  const context = contextOf()
  const plan = await planOf(yaml)
  const artifacts = createLocalArtifacts('/nonexistent')
  const logged: string[] = []
  const run = createLocalRun({
    artifacts,
    surroundings: {
      server: context.server,
      registry: null,
      serverHost: '127.0.0.1:8080',
      mirrors: [],
      repositoryUrl: path => `http://127.0.0.1:8080/${path}.git`,
      defaultTimeoutSeconds: 3600,
    },
    pushedImages: () => [],
    now: () => new Date(nowMs),
    children: createChildPipelines(noSourceFiles, async () => null),
    onJobTaken: () => {},
  })
  const logs = {
    take: (_jobId: number, bytes: Uint8Array) => logged.push(Buffer.from(bytes).toString()),
    end: () => {},
  }
  const server = createLocalServer({ run, artifacts, caches: createLocalCaches('/nonexistent'), logs })
  const choice = chooseJobs(plan, { names: [], withNeeds: true, playsManual: false })
  const { pipeline } = run.start({ plan, context, sourceSha: 'f'.repeat(40) }, choice, null)
  return { server, run, pipeline, logged, pass: (ms: number) => (nowMs += ms) }
}

function keyOf(payload: { readonly id: number; readonly token: string } | null) {
  if (payload === null) throw new Error('there was no job')
  return { jobId: payload.id, lease: 1, leaseToken: 'any' }
}

describe('the server’s side of a run', () => {
  it('hands out each job once, and the next when its turn has come', async () => {
    const { server, pipeline } = await world(`
      stages: [one, two]
      first: { stage: one, script: [':'] }
      second: { stage: two, script: [':'] }`)
    const first = await server.request(signal)
    expect(first?.job_info.name).toBe('first')
    expect(await server.claim({ nonce: 'n', jobId: null }, signal)).toBeNull()
    const waiting = server.request(signal)
    await server.update(keyOf(first), { token: '', state: 'success' }, signal)
    expect((await waiting)?.job_info.name).toBe('second')
    expect(pipeline.jobs().map(job => job.status)).toEqual(['success', 'running'])
  })

  it('gives a job that waits for nothing more the signal’s reason', async () => {
    const { server } = await world(`only: { script: [':'] }`)
    await server.request(signal)
    const stopping = new AbortController()
    const waiting = server.request(stopping.signal)
    stopping.abort(new Error('drained'))
    await expect(waiting).rejects.toThrow('drained')
  })

  it('takes a log by its offsets, without a gap or a double, and reads the coverage from it', async () => {
    const { server, pipeline, logged } = await world(`test: { script: [':'], coverage: '/Total: (\\d+)%/' }`)
    const key = keyOf(await server.request(signal))
    const bytes = new TextEncoder().encode('Total: 87%\n')
    const append = (startByte: number, from = 0) =>
      server.appendTrace(key, { startByte, bytes: bytes.subarray(from) }, signal)
    expect(await append(5)).toEqual({ kind: 'gap', endByte: 0 })
    expect(await append(0)).toEqual({ kind: 'accepted', endByte: 11, word: 'running' })
    expect(await append(0)).toEqual({ kind: 'accepted', endByte: 11, word: 'running' })
    expect(logged.join('')).toBe('Total: 87%\n')
    await server.update(key, { token: '', state: 'success' }, signal)
    expect(pipeline.jobs()).toMatchObject([{ status: 'success', coverage: 87 }])
  })

  it('tells a runner of a cancel, and that all is over after one that does not wait', async () => {
    const { server, run, pipeline } = await world(`test: { script: [':'] }`)
    const key = keyOf(await server.request(signal))
    const canceled: number[] = []
    await server.listen(jobId => canceled.push(jobId))
    run.cancel()
    expect(canceled).toEqual([key.jobId])
    expect(await server.heartbeat([key], signal)).toEqual({ ended: [], canceling: [key.jobId] })
    run.giveUp()
    expect(await server.heartbeat([key], signal)).toEqual({ ended: [key.jobId], canceling: [] })
    await pipeline.settled
    expect(pipeline.jobs()).toMatchObject([{ status: 'canceled' }])
  })

  it('fails a job that the runner took and does not know', async () => {
    const { server, pipeline, pass } = await world(`test: { script: [':'] }`)
    const key = keyOf(await server.request(signal))
    await server.heartbeat([], signal)
    pass(11_000)
    await server.heartbeat([key], signal)
    expect(pipeline.jobs()).toMatchObject([{ status: 'running' }])
    await server.heartbeat([], signal)
    expect(pipeline.jobs()).toMatchObject([{ status: 'failed', failureReason: 'runner_system_failure' }])
  })

  it('drops a bridge to another project with the reason', async () => {
    const { pipeline } = await world(`deploy: { trigger: { project: other/project } }`)
    await pipeline.settled
    expect(pipeline.jobs()).toMatchObject([{ failureReason: 'downstream_bridge_project_not_found' }])
  })
})
