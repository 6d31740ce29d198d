import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRunWorld, type RunWorld } from '../../support/run/run-world.ts'

let world: RunWorld
beforeEach(async () => {
  world = await openRunWorld()
})
afterEach(() => world.close())

const twoStages = 'build: {stage: build, script: make}\ntest: {script: make test}\n'

describe('a push', () => {
  it('makes a pipeline whose first jobs are pending and woken at once', async () => {
    const lines = await world.push(twoStages)
    await world.coordinator.close()
    const pipeline = await world.latest()
    expect(lines).toEqual([`Pipeline #1 for main: http://127.0.0.1:8080/group/project-1/-/pipelines/${pipeline.id}`])
    expect(pipeline).toMatchObject({
      iid: 1,
      status: 'pending',
      source: 'push',
      userId: 7,
      isProtected: true,
      stages: ['build', 'test'],
    })
    expect(await world.statuses()).toEqual({ build: 'pending', test: 'created' })
    const build = await world.job('build')
    expect(world.queue.entries).toEqual([
      { pipelineId: pipeline.id, jobId: build.id, lease: 1, demandClass: 'untagged.protected' },
    ])
    expect(world.repository.kept.get(pipeline.id)).toBe(pipeline.sha)
  })

  it('runs to the end, stage by stage', async () => {
    await world.push(twoStages)
    const runner = await world.runner()
    expect(await world.runAll(runner)).toEqual(['build', 'test'])
    expect(await world.latest()).toMatchObject({ status: 'success', durationSeconds: 0 })
  })

  it('skips what follows a failure', async () => {
    await world.push(twoStages)
    expect(await world.runAll(await world.runner(), { build: 'failed' })).toEqual(['build'])
    expect(await world.statuses()).toEqual({ build: 'failed', test: 'skipped' })
    expect((await world.latest()).status).toBe('failed')
    expect(await world.job('build')).toMatchObject({
      failureReason: 'script_failure',
      exitCode: 1,
      message: 'exit code 1',
    })
  })
})
