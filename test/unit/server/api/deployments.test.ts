// Deployments that another tool tells of, in GitLab's shapes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld
let sha = ''
const yaml = 'deploy: { script: [a], environment: { name: review/a } }'

beforeAll(async () => {
  world = await openApiWorld()
  await world.runs.push(yaml)
  sha = (await world.runs.latest()).sha
})
afterAll(() => world.close())

type Role = keyof ApiWorld['tokens']
const told = (change: object = {}) => ({
  environment: 'production',
  ref: 'main',
  tag: false,
  sha,
  status: 'running',
  ...change,
})
const create = (change: object = {}, role: Role = 'developer') =>
  world.call('POST', ':p/deployments', { as: world.tokens[role], body: told(change) })
const change = (id: number, status: string, role: Role = 'developer') =>
  world.call('PUT', `:p/deployments/${id}`, { as: world.tokens[role], body: { status } })

describe('deployments of another tool', () => {
  it('make their environment, and tell how they went', async () => {
    const made = await create()
    expect(made).toMatchObject({
      status: 201,
      body: {
        status: 'running',
        ref: 'main',
        sha,
        deployable: null,
        user: { username: 'developer' },
        environment: { name: 'production', tier: 'production', state: 'available' },
      },
    })
    const changed = await change(made.body.id, 'success')
    expect(changed).toMatchObject({ status: 200, body: { id: made.body.id, status: 'success' } })
    const as = world.tokens.reporter
    const [environment] = (await world.call('GET', ':p/environments?name=production', { as })).body
    expect(environment.last_deployment).toMatchObject({ id: made.body.id, status: 'success', deployable: null })
    const listed = await world.call('GET', ':p/deployments?environment=production&status=success', { as })
    expect(listed.body).toMatchObject([{ id: made.body.id }])
  })

  it.each([
    [{ sha: 'f'.repeat(40) }, { sha: ['The commit does not exist'] }],
    [{ ref: 'gone' }, { ref: ['The branch or tag does not exist'] }],
    [{ ref: 'main', tag: true }, { ref: ['The branch or tag does not exist'] }],
  ])('say what is wrong with them: %j', async (wrong, message) => {
    expect(await create(wrong)).toMatchObject({ status: 400, body: { message } })
  })

  it('are refused without a status that a tool may tell, and to who may not deploy', async () => {
    expect((await create({ status: 'blocked' })).status).toBe(400)
    expect((await create({}, 'reporter')).status).toBe(403)
    expect((await create({}, 'eve')).status).toBe(404)
  })

  it('do not touch those of a job', async () => {
    const lease = await world.claim()
    expect(lease).not.toBeNull()
    const as = world.tokens.reporter
    await expect
      .poll(async () => (await world.call('GET', ':p/deployments?environment=review/a', { as })).body)
      .toMatchObject([{ status: 'running', deployable: { name: 'deploy' } }])
    const [ofJob] = (await world.call('GET', ':p/deployments?environment=review/a', { as })).body
    expect(await change(ofJob.id, 'failed')).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('Deployments created using GitLab CI can not be updated') },
    })
  })

  it('are deleted by maintainers, but not while they run or stand', async () => {
    const before = (await create({ environment: 'edge', status: 'success' })).body.id
    const standing = (await create({ environment: 'edge', status: 'success' })).body.id
    const running = (await create({ environment: 'edge' })).body.id
    const remove = (id: number, role: Role = 'maintainer') =>
      world.call('DELETE', `:p/deployments/${id}`, { as: world.tokens[role] })
    expect((await remove(before, 'developer')).status).toBe(403)
    expect(await remove(running)).toMatchObject({ status: 400, body: { message: 'Cannot destroy running deployment' } })
    expect(await remove(standing)).toMatchObject({
      status: 400,
      body: { message: 'Deployment currently deployed to environment' },
    })
    expect((await remove(before)).status).toBe(204)
    expect((await remove(before)).status).toBe(404)
  })

  it('obey the protection of their environment', async () => {
    const running = await create()
    const body = { name: 'production', deploy_access_levels: [{ access_level: 40 }] }
    await world.call('POST', ':p/protected_environments', { as: world.tokens.maintainer, body })
    const words = { status: 403, body: { message: expect.stringContaining('only maintainers and above') } }
    expect(await create()).toMatchObject(words)
    expect(await change(running.body.id, 'success')).toMatchObject(words)
    expect((await change(running.body.id, 'canceled', 'maintainer')).status).toBe(200)
  })
})
