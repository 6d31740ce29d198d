import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunnerRecord } from '../../../src/run/records.ts'
import { openRunWorld, type RunWorld, requestFor, untilStatus } from '../../support/run/run-world.ts'

let world: RunWorld
let runner: RunnerRecord
beforeEach(async () => {
  world = await openRunWorld()
  runner = await world.runner()
})
afterEach(() => world.close())

const by = { userId: 9 }

describe('people', () => {
  it('retry a job: a new row, and what was skipped runs', async () => {
    await world.push('a: {stage: build, script: x}\nb: {script: x}')
    await world.runAll(runner, { a: 'failed' })
    const old = await world.job('a')
    const again = await world.coordinator.retryJob(old.id, by)
    expect(again).toMatchObject({ name: 'a', status: 'pending', userId: 9, isRetried: false })
    expect(await world.reader.job(old.id)).toMatchObject({ status: 'failed', isRetried: true })
    expect(await world.runAll(runner)).toEqual(['a', 'b'])
    expect((await world.latest()).status).toBe('success')
    await expect(world.coordinator.retryJob(old.id, by)).rejects.toMatchObject({ code: 'job_not_retryable' })
  })

  it('retry a pipeline: what failed or was canceled', async () => {
    await world.push('a: {script: x}\nb: {script: x}\nc: {stage: deploy, script: x}')
    await world.runAll(runner, { a: 'failed' })
    await world.coordinator.retryPipeline((await world.latest()).id, by)
    expect(await world.statuses()).toEqual({ a: 'pending', b: 'success', c: 'created' })
    expect(await world.runAll(runner)).toEqual(['a', 'c'])
    expect((await world.latest()).status).toBe('success')
  })

  it('play a manual job once', async () => {
    await world.push('a: {script: x, when: manual, allow_failure: false}\nb: {stage: deploy, script: x}')
    expect((await world.latest()).status).toBe('manual')
    const { id } = await world.job('a')
    expect(await world.coordinator.playJob(id, { ...by, variables: [] })).toMatchObject({
      status: 'pending',
      userId: 9,
    })
    await expect(world.coordinator.playJob(id, { ...by, variables: [] })).rejects.toMatchObject({
      code: 'job_not_playable',
    })
    expect(await world.runAll(runner)).toEqual(['a', 'b'])
  })

  it('make a delayed job manual, and play it with other variables', async () => {
    await world.push('a: {script: x, when: delayed, start_in: 1 hour}')
    const { id } = await world.job('a')
    const variables = [{ key: 'A', value: '1', type: 'env_var' as const, raw: false }]
    await world.coordinator.unscheduleJob(id)
    await world.coordinator.playJob(id, { ...by, variables })
    expect(await world.reader.playVariables(id)).toEqual(variables)
  })

  it('cancel what is not done, and nothing else', async () => {
    await world.push('a: {script: x}\nb: {stage: deploy, script: x}')
    const { id } = await world.job('a')
    await world.coordinator.cancelJob(id)
    expect(await world.statuses()).toEqual({ a: 'canceled', b: 'skipped' })
    await expect(world.coordinator.cancelJob(id)).rejects.toMatchObject({ code: 'job_not_cancelable' })
    await expect(world.coordinator.cancelJob(12_345)).rejects.toMatchObject({ code: 'job_not_found' })
    await expect(world.coordinator.cancelPipeline(12_345)).rejects.toMatchObject({ code: 'pipeline_not_found' })
  })

  it('delete a pipeline with its jobs', async () => {
    await world.push('a: {script: x}')
    const { id } = await world.latest()
    const job = await world.job('a')
    await world.coordinator.close()
    await world.coordinator.deletePipeline(id)
    expect(await world.reader.pipeline(id)).toBeNull()
    expect(await world.claim(runner)).toBeNull()
    expect(world.repository.kept.has(id)).toBe(false)
    await expect(world.coordinator.retryJob(job.id, by)).rejects.toMatchObject({ code: 'job_not_found' })
  })
})

describe('child pipelines', () => {
  const parent = (strategy: string) => `
child: {stage: build, trigger: {include: child.yml${strategy}}, variables: {COLOR: green}}
after: {script: x}
`
  beforeEach(() => {
    world.repository.files.set('1 child.yml', 'c: {script: x}')
  })

  it('start, get the variables of their bridge, and decide how it ends', async () => {
    await world.push(parent(', strategy: depend'))
    const parentId = (await world.latest()).id
    await untilStatus(world, 'child', 'running')
    const [child] = await world.reader.children(parentId)
    expect(child).toMatchObject({ source: 'parent_pipeline', parentPipelineId: parentId, status: 'pending' })
    const job = await world.claim(runner)
    expect(job?.variables).toContainEqual(expect.objectContaining({ key: 'COLOR', value: 'green' }))
    expect(job?.variables).toContainEqual(
      expect.objectContaining({ key: 'CI_UPSTREAM_PIPELINE_ID', value: String(parentId) }),
    )
    await world.coordinator.finish({ jobId: job?.id ?? 0, lease: 1 }, { status: 'success' }, { coverage: null })
    await untilStatus(world, 'child', 'success')
    expect(await world.runAll(runner)).toEqual(['after'])
    expect((await world.latest()).status).toBe('success')
  })

  it('are not waited for without a strategy', async () => {
    await world.push(parent(''))
    await untilStatus(world, 'child', 'success')
    expect(await world.job('child')).toMatchObject({ downstreamPipelineId: expect.any(Number) })
    expect((await world.job('after')).status).toBe('pending')
  })

  it('run their bridge again when they are retried', async () => {
    await world.push(parent(', strategy: depend'))
    const parentId = (await world.latest()).id
    await untilStatus(world, 'child', 'running')
    await world.runAll(runner, { c: 'failed' })
    await untilStatus(world, 'child', 'failed')
    expect(await world.statuses()).toEqual({ child: 'failed', after: 'skipped' })
    const [child] = await world.reader.children(parentId)
    await world.coordinator.retryPipeline(child?.id ?? 0, by)
    await untilStatus(world, 'child', 'running')
    expect(await world.runAll(runner)).toEqual(['c', 'after'])
  })

  it('are canceled with their parent', async () => {
    await world.push(parent(', strategy: depend'))
    const parentId = (await world.latest()).id
    await untilStatus(world, 'child', 'running')
    await world.coordinator.cancelPipeline(parentId)
    await world.coordinator.close()
    const [child] = await world.reader.children(parentId)
    expect(await world.statuses(child?.id)).toEqual({ c: 'canceled' })
    expect((await world.latest()).status).toBe('canceled')
  })

  it('that cannot be made fail their bridge with the reason', async () => {
    world.repository.files.set('1 child.yml', 'c: {scrpt: x}')
    await world.push(parent(''))
    const bridge = await untilStatus(world, 'child', 'failed')
    expect(bridge).toMatchObject({ failureReason: 'downstream_pipeline_creation_failed' })
    expect(bridge.message).toContain('c')
    expect(await world.statuses()).toEqual({ child: 'failed', after: 'skipped' })
  })

  it('are made once, though the server died in between', async () => {
    await world.push(parent(', strategy: depend'))
    await untilStatus(world, 'child', 'running')
    const parentId = (await world.latest()).id
    const bridge = await world.job('child')
    await world.database
      .updateTable('job')
      .set({ status: 'pending', downstream_pipeline_id: null, started_at: null })
      .where('id', '=', bridge.id)
      .execute()
    const next = await world.restart()
    await next.coordinator.recover()
    await untilStatus(world, 'child', 'running')
    expect(await next.reader.children(parentId)).toHaveLength(1)
  })
})

describe('pipelines of other projects', () => {
  it('are triggered on their default branch', async () => {
    await world.push('x: {script: x}', { projectId: 2 })
    await world.push('b: {trigger: group/project-2}')
    await untilStatus(world, 'b', 'success')
    expect(await world.latest(2)).toMatchObject({ source: 'pipeline', ref: { name: 'main' }, iid: 2 })
  })

  it('that are not there, or would trigger themselves, fail the bridge', async () => {
    await world.push('b: {trigger: group/nowhere}')
    expect(await untilStatus(world, 'b', 'failed')).toMatchObject({
      failureReason: 'downstream_bridge_project_not_found',
    })
    await world.push('b: {trigger: group/project-1}')
    expect(await untilStatus(world, 'b', 'failed')).toMatchObject({ failureReason: 'invalid_bridge_trigger' })
    await world.push('b: {trigger: group/project-1}', { projectId: 2 })
    await world.coordinator.close()
    await world.push('b: {trigger: group/project-2}')
    await untilStatus(world, 'b', 'success')
    await world.coordinator.close()
    const [bridge] = await world.reader.jobsOfPipeline((await world.latest(2)).id, false)
    expect(bridge).toMatchObject({ status: 'failed', failureReason: 'pipeline_loop_detected' })
  })
})

describe('resource groups', () => {
  it('let one job in at a time, over all pipelines of the project (E28)', async () => {
    const yaml = 'a: {script: x, resource_group: prod}'
    await world.push(yaml)
    const first = await world.latest()
    await world.push(yaml, { branch: 'other' })
    await world.coordinator.close()
    expect(await world.statuses(first.id)).toEqual({ a: 'pending' })
    expect((await world.latest()).status).toBe('waiting_for_resource')
    await world.runAll(runner)
    await world.coordinator.close()
    expect(await world.statuses(first.id)).toEqual({ a: 'success' })
    expect((await world.latest()).status).toBe('success')
  })

  it('go to the next when the one who waits is canceled, and are freed by a canceled holder', async () => {
    const yaml = 'a: {script: x, resource_group: prod}'
    for (const branch of ['one', 'two', 'three']) await world.push(yaml, { branch })
    await world.coordinator.close()
    const [three, two, one] = (await world.reader.pipelines({}, { page: 1, perPage: 3 })).items
    await world.coordinator.cancelPipeline(two?.id ?? 0)
    await world.coordinator.cancelPipeline(one?.id ?? 0)
    await world.coordinator.close()
    expect(await world.statuses(three?.id)).toEqual({ a: 'pending' })
  })

  it('follow their mode', async () => {
    const yaml = 'a: {script: x, resource_group: prod}'
    await world.push(yaml, { branch: 'one' })
    await world.coordinator.close()
    await world.stores.resourceGroups.setMode(1, 'prod', 'newest_ready_first')
    for (const branch of ['two', 'three']) await world.push(yaml, { branch })
    const job = await world.claim(runner)
    await world.coordinator.finish({ jobId: job?.id ?? 0, lease: 1 }, { status: 'success' }, { coverage: null })
    await world.coordinator.close()
    expect((await world.latest()).status).toBe('pending')
  })

  it('are settled at start after a crash', async () => {
    await world.push('a: {script: x, resource_group: prod}')
    await world.coordinator.close()
    await world.database.updateTable('job').set({ status: 'waiting_for_resource' }).execute() // granted, and died
    const next = await world.restart()
    await next.coordinator.recover()
    expect((await world.job('a')).status).toBe('pending')
  })
})

describe('schedules', () => {
  const schedule = {
    projectId: 1,
    description: 'nightly',
    ref: 'main',
    cron: '0 * * * *',
    timezone: 'UTC',
    isActive: true,
    ownerId: 7,
    nextRunAt: '2026-01-01T13:00:00.000Z',
    variables: [{ key: 'NIGHTLY', value: 'yes', type: 'env_var' as const, raw: false }],
    inputs: {},
  }

  it('run at their time, with their variables, and then at the next', async () => {
    await world.push('a: {script: x, rules: [{if: $NIGHTLY == "yes"}]}\nb: {script: x, except: [schedules]}')
    const { id } = await world.stores.schedules.create(schedule, world.clock.now().toISOString())
    await world.coordinator.tick()
    world.clock.pass(3600)
    await world.coordinator.tick()
    await world.coordinator.tick()
    expect(await world.latest()).toMatchObject({ source: 'schedule', iid: 2, scheduleId: id, userId: 7 })
    expect(Object.keys(await world.statuses())).toEqual(['a'])
    expect(await world.stores.schedules.byId(id)).toMatchObject({
      nextRunAt: '2026-01-01T14:00:00.000Z',
      lastPipelineId: (await world.latest()).id,
    })
  })

  it('run once for all times that passed while the server was away', async () => {
    await world.push('a: {script: x}')
    const { id } = await world.stores.schedules.create(schedule, world.clock.now().toISOString())
    const restarted = await world.restart()
    world.clock.pass(5 * 3600 + 60)
    await restarted.coordinator.recover()
    await restarted.coordinator.tick()
    await restarted.coordinator.tick()
    const { total } = await world.reader.pipelines({ projectId: 1, source: 'schedule' }, { page: 1, perPage: 10 })
    expect(total).toBe(1)
    expect((await world.stores.schedules.byId(id))?.nextRunAt).toBe('2026-01-01T18:00:00.000Z')
    await restarted.coordinator.close()
  })

  it('make nothing when their owner may not any more', async () => {
    await world.push('a: {script: x}')
    await world.stores.schedules.create({ ...schedule, ownerId: 8 }, world.clock.now().toISOString())
    world.clock.pass(3600)
    await world.coordinator.tick()
    expect((await world.latest()).iid).toBe(1)
  })
})

describe('environments', () => {
  const yaml = `
deploy: {stage: build, script: x, environment: {name: "review/$CI_COMMIT_REF_SLUG", url: "https://$HOST", on_stop: stop, auto_stop_in: 1 day}}
stop: {stage: test, script: x, when: manual, environment: {name: "review/$CI_COMMIT_REF_SLUG", action: stop}}
`
  it('are recorded with their deployments, and their address comes from the job', async () => {
    await world.push(yaml)
    const job = await world.claim(runner)
    await world.coordinator.close()
    const { items } = await world.stores.environments.deployments(1, {}, { page: 1, perPage: 10 })
    expect(items).toMatchObject([{ iid: 1, status: 'running', jobId: job?.id, ref: { name: 'main' } }])
    await world.coordinator.recordDotenv(job?.id ?? 0, 'HOST=main.example.com')
    await world.coordinator.finish({ jobId: job?.id ?? 0, lease: 1 }, { status: 'success' }, { coverage: null })
    await world.coordinator.close()
    expect(await world.stores.environments.byName(1, 'review/main')).toMatchObject({
      state: 'available',
      externalUrl: 'https://main.example.com',
      autoStopAt: '2026-01-02T12:00:00.000Z',
      stopJobId: (await world.job('stop')).id,
    })
  })

  it('are stopped by their stop job, also when their time is over', async () => {
    await world.push(yaml.replace('https://$HOST', 'https://main.example.com'))
    await world.runAll(runner)
    world.clock.pass(86_400)
    await world.coordinator.tick()
    await world.coordinator.close()
    expect(await world.stores.environments.byName(1, 'review/main')).toMatchObject({ state: 'stopping' })
    const stop = await world.claim(runner)
    const url = stop?.variables.find(({ key }) => key === 'CI_ENVIRONMENT_URL')?.value
    expect([stop?.job_info.name, url]).toEqual(['stop', 'https://main.example.com'])
    await world.coordinator.finish({ jobId: stop?.id ?? 0, lease: 1 }, { status: 'success' }, { coverage: null })
    await world.coordinator.close()
    expect(await world.stores.environments.byName(1, 'review/main')).toMatchObject({ state: 'stopped' })
  })

  it('are stopped by their stop job when their branch is deleted, and no others are', async () => {
    for (const branch of ['topic', 'other']) {
      await world.push(yaml, { branch })
      await world.runAll(runner)
    }
    const ref = { kind: 'branch', name: 'topic' } as const
    const change = { ref, before: 'a'.repeat(40), after: '0'.repeat(40) }
    await world.trigger.createForPush({ projectId: 1, ...by, changes: [change], pushOptions: [] })
    expect(await world.runAll(runner)).toEqual(['stop'])
    const state = async (name: string) => (await world.stores.environments.byName(1, name))?.state
    expect([await state('review/topic'), await state('review/other')]).toEqual(['stopped', 'available'])
  })

  it('without a stop job are stopped at once', async () => {
    await world.push('d: {script: x, environment: production}')
    await world.runAll(runner)
    const environment = await world.stores.environments.byName(1, 'production')
    await world.coordinator.stopEnvironment(environment?.id ?? 0, by)
    expect(await world.stores.environments.byName(1, 'production')).toMatchObject({
      state: 'stopped',
      tier: 'production',
    })
  })
})

describe('at the same time', () => {
  it('many pipelines of a project get each its own number', async () => {
    await world.push('a: {script: x}')
    const made = await Promise.all(Array.from({ length: 20 }, () => world.coordinator.createPipeline(requestFor())))
    const iids = made.flatMap(creation => (creation.kind === 'created' ? [creation.pipeline.iid] : []))
    expect(iids.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
  })
})
