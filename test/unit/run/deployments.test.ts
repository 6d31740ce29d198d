// Environments and deployments as the server records, guards and stops them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunnerRecord } from '../../../src/run/records.ts'
import { openRunWorld, type RunWorld, strangerId, userId } from '../../support/run/run-world.ts'

let world: RunWorld
let runner: RunnerRecord

beforeEach(async () => {
  world = await openRunWorld()
  runner = await world.runner()
})
afterEach(() => world.close())

const deploy = 'deploy: { script: [a], environment: { name: production } }'
const manual = 'deploy: { script: [a], when: manual, environment: { name: production } }'

const environment = (name = 'production') => world.stores.environments.byName(1, name)

describe('a deployment that a newer one has overtaken', () => {
  it('fails where it was waiting for a runner', async () => {
    await world.push(deploy)
    const old = await world.latest()
    await world.push(deploy, { branch: 'other' })
    const lease = await claimIn(world, runner, (await world.latest()).id)
    await world.coordinator.finish(lease, { status: 'success' }, { coverage: null })
    await world.coordinator.close()
    await world.runAll(runner)
    const [job] = await world.reader.jobsOfPipeline(old.id, false)
    expect(job).toMatchObject({
      status: 'failed',
      failureReason: 'failed_outdated_deployment_job',
      message: 'a newer pipeline has deployed to production already',
    })
  })

  it('cannot be played, in words; but what had run may be run again, to go back', async () => {
    await world.push(deploy)
    await world.runAll(runner)
    const first = await world.job('deploy')
    await world.push(manual)
    const waiting = await world.job('deploy')
    await world.push(deploy)
    await world.runAll(runner)
    await expect(world.coordinator.playJob(waiting.id, { userId, variables: [] })).rejects.toMatchObject({
      code: 'outdated_deployment',
      message: 'a newer pipeline has deployed to production already',
    })
    const again = await world.coordinator.retryJob(first.id, { userId })
    await world.runAll(runner)
    expect((await world.reader.job(again.id))?.status).toBe('success')
  })

  it('goes out where the project allows it', async () => {
    const project = await world.directory.project(1)
    Object.assign(project?.project ?? {}, { outdatedDeploymentsAllowed: true })
    const allowing = await openRunWorld({
      deps: { directory: { ...world.directory, project: async () => project } },
    })
    await allowing.push(manual)
    const waiting = await allowing.job('deploy')
    await allowing.push(deploy)
    const mine = await allowing.runner()
    await allowing.runAll(mine)
    await allowing.coordinator.playJob(waiting.id, { userId, variables: [] })
    await allowing.runAll(mine)
    expect((await allowing.reader.job(waiting.id))?.status).toBe('success')
    await allowing.close()
  })
})

describe('a protected environment', () => {
  const protect = (level: 30 | 40) =>
    world.stores.protectedEnvironments.create({
      projectId: 1,
      name: 'production',
      deployers: [{ kind: 'role', level }],
    })

  it('lets nobody below the role play or retry its jobs, and says who may', async () => {
    await protect(40)
    await world.push(manual)
    const { id } = await world.job('deploy')
    const refusal = {
      code: 'start_forbidden',
      message: '403 Forbidden - the environment production is protected: only maintainers and above may deploy to it',
    }
    await expect(world.coordinator.playJob(id, { userId, variables: [] })).rejects.toMatchObject(refusal)
    expect((await world.job('deploy')).status).toBe('manual')
  })

  it('fails the automatic deployment of who may not, and lets out that of who may', async () => {
    await protect(40)
    await world.push(deploy)
    await world.runAll(runner)
    expect(await world.job('deploy')).toMatchObject({
      status: 'failed',
      failureReason: 'protected_environment_failure',
      message: expect.stringContaining('only maintainers and above'),
    })
    const rule = await world.stores.protectedEnvironments.byName(1, 'production')
    await world.stores.protectedEnvironments.setDeployers(rule?.id ?? 0, [{ kind: 'user', userId }])
    await world.push(deploy)
    await world.runAll(runner)
    expect((await world.job('deploy')).status).toBe('success')
  })
})

describe('a protected branch', () => {
  it('has its manual jobs started by who may push to it, and retried by them', async () => {
    await world.push('gate: { script: [a], when: manual }\nrun: { script: [a], needs: [] }')
    await world.runAll(runner)
    const { id } = await world.job('gate')
    const stranger = { userId: strangerId, variables: [] }
    await expect(world.coordinator.playJob(id, stranger)).rejects.toMatchObject({ code: 'start_forbidden' })
    await expect(world.coordinator.retryJob((await world.job('run')).id, stranger)).rejects.toMatchObject({
      code: 'start_forbidden',
      message: expect.stringContaining('the branch main is protected'),
    })
    await expect(world.coordinator.retryPipeline((await world.latest()).id, stranger)).rejects.toMatchObject({
      code: 'start_forbidden',
    })
    expect((await world.coordinator.playJob(id, { userId, variables: [] })).status).toBe('pending')
  })
})

describe('an environment that ends', () => {
  const yaml = [
    'deploy: { script: [a], environment: { name: review, on_stop: stop, auto_stop_in: 1 hour } }',
    'stop: { script: [b], when: manual, environment: { name: review, action: stop } }',
  ].join('\n')

  it('is stopped by its job when its time has come, also after a restart, as who started the pipeline', async () => {
    await world.push(yaml)
    await world.runAll(runner)
    expect(await environment('review')).toMatchObject({ state: 'available', autoStopAt: '2026-01-01T13:00:00.000Z' })
    world.clock.pass(59 * 60)
    const restarted = await world.restart()
    await restarted.coordinator.recover()
    await restarted.coordinator.tick()
    expect((await environment('review'))?.state).toBe('available')
    world.clock.pass(120)
    await restarted.coordinator.tick()
    expect((await environment('review'))?.state).toBe('stopping')
    expect(await world.job('stop')).toMatchObject({ status: 'pending', userId })
    expect(await restarted.runAll(await restarted.runner())).toEqual(['stop'])
    expect(await environment('review')).toMatchObject({ state: 'stopped', autoStopAt: null })
    await restarted.coordinator.close()
  })

  it('is stopped by hand by its job, and stays when who asks may not start that', async () => {
    await world.push(yaml)
    await world.runAll(runner)
    const { id } = (await environment('review')) ?? { id: 0 }
    await expect(world.coordinator.stopEnvironment(id, { userId: strangerId })).rejects.toMatchObject({
      code: 'start_forbidden',
    })
    expect((await environment('review'))?.state).toBe('available')
    await world.coordinator.stopEnvironment(id, { userId })
    expect(await world.runAll(runner)).toEqual(['stop'])
    expect((await environment('review'))?.state).toBe('stopped')
  })
})

/** Claims until the job of this pipeline comes; the others stay with the runner's queue. */
async function claimIn(world: RunWorld, runner: RunnerRecord, pipelineId: number) {
  const [job] = await world.reader.jobsOfPipeline(pipelineId, false)
  await world.database
    .updateTable('job')
    .set({ priority: 1000 })
    .where('id', '=', job?.id ?? 0)
    .execute()
  const claimed = await world.claim(runner)
  if (claimed?.slipway.pipeline_id !== pipelineId) throw new Error('another pipeline came first')
  return { jobId: claimed.id, lease: claimed.slipway.lease }
}
