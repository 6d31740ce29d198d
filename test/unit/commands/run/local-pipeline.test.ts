import { describe, expect, it } from 'vitest'
import { chooseJobs } from '../../../../src/commands/run/job-choice.ts'
import { createLocalPipeline } from '../../../../src/commands/run/local-pipeline.ts'
import { createResourceTurns } from '../../../../src/commands/run/resource-turns.ts'
import { planOf } from '../../../support/run/compiled.ts'

async function pipelineOf(yaml: string, names: readonly string[] = []) {
  const plan = await planOf(yaml)
  const started: string[] = []
  let lastId = 0
  const newJobId = () => {
    lastId += 1
    return lastId
  }
  const pipeline = createLocalPipeline({
    id: 1,
    plan,
    choice: chooseJobs(plan, { names, withNeeds: true, playsManual: false }),
    turns: createResourceTurns(),
    newJobId,
    now: () => new Date(),
    orders: {
      startJob: jobId => started.push(pipeline.job(jobId)?.rule.name ?? ''),
      cancelJob: () => {},
      createDownstream: () => {},
      cancelDownstream: () => {},
      onStatus: () => {},
    },
  })
  function finish(name: string, status: 'success' | 'canceled' = 'success'): void {
    const jobId = pipeline.jobs().find(job => job.rule.name === name)?.id ?? 0
    pipeline.tell({ type: 'claimed', jobId, runnerId: 1 })
    pipeline.tell({ type: 'finished', jobId, outcome: { status }, coverage: null, newJobId: newJobId() })
  }
  return { pipeline, started, finish }
}

describe('a pipeline of a run', () => {
  it('starts a job the moment that its needs are done', async () => {
    const { pipeline, started, finish } = await pipelineOf(`
      slow: { script: [':'] }
      quick: { script: [':'] }
      after: { script: [':'], needs: [quick] }`)
    pipeline.tell({ type: 'start' })
    expect(started).toEqual(['slow', 'quick'])
    finish('quick')
    expect(started).toEqual(['slow', 'quick', 'after'])
    finish('after')
    finish('slow')
    await pipeline.settled
    expect(pipeline.state().status).toBe('success')
  })

  it('is settled when all that is left waits for somebody', async () => {
    const { pipeline, finish } = await pipelineOf(`
      build: { script: [':'] }
      gate: { script: [':'], rules: [{ when: manual }], stage: .post }`)
    pipeline.tell({ type: 'start' })
    finish('build')
    await pipeline.settled
    expect(pipeline.jobs().map(job => job.status)).toEqual(['success', 'manual'])
  })

  it('lets one job of a resource group run at a time, and goes on after one that is canceled', async () => {
    const { pipeline, started, finish } = await pipelineOf(`
      one: { script: [':'], resource_group: place }
      two: { script: [':'], resource_group: place }
      three: { script: [':'], resource_group: place }`)
    pipeline.tell({ type: 'start' })
    expect(started).toEqual(['one'])
    const two = pipeline.jobs()[1]?.id ?? 0
    pipeline.tell({ type: 'job_canceled', jobId: two, force: false })
    finish('one')
    expect(started).toEqual(['one', 'three'])
    finish('three')
    await pipeline.settled
  })

  it('starts a delayed job after its time, and at once when it is named', async () => {
    const yaml = `later: { when: delayed, start_in: 1 hour, script: [':'] }`
    const waiting = await pipelineOf(yaml)
    waiting.pipeline.tell({ type: 'start' })
    expect(waiting.pipeline.jobs()).toMatchObject([{ status: 'scheduled' }])
    waiting.pipeline.tell({ type: 'pipeline_canceled' })
    await waiting.pipeline.settled
    const named = await pipelineOf(yaml, ['later'])
    named.pipeline.tell({ type: 'start' })
    expect(named.started).toEqual(['later'])
  })
})
