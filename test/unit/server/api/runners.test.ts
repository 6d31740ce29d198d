import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld
const as = (role: keyof ApiWorld['tokens']) => ({ as: world.tokens[role] })

beforeAll(async () => {
  world = await openApiWorld()
})
afterAll(() => world.close())

async function joinProject(projectId: number, userId: number, level: 30 | 40): Promise<void> {
  const place = { kind: 'project' as const, projectId }
  await world.installation.accounts.members.put(place, { userId, level, expiresAt: null }, { userId: 1, level: 50 })
}

describe('runners', () => {
  const create = (body: object, role: keyof ApiWorld['tokens']) =>
    world.call('POST', 'user/runners', { ...as(role), body })

  test('of the instance are for administrators', async () => {
    expect((await create({ runner_type: 'instance_type' }, 'owner')).status).toBe(403)
    const made = await create(
      { runner_type: 'instance_type', description: 'big', tag_list: 'a, b', run_untagged: false },
      'root',
    )
    expect([made.status, made.body.token]).toEqual([201, expect.stringMatching(/^glrt-/)])
    const { body } = await world.call('GET', `runners/${made.body.id}`, as('root'))
    expect(body).toMatchObject({
      description: 'big',
      tag_list: ['a', 'b'],
      run_untagged: false,
      runner_type: 'instance_type',
      status: 'never_contacted',
    })
    expect((await world.call('GET', `runners/${made.body.id}`, as('owner'))).status).toBe(404)
    const all = await world.call('GET', 'runners/all?status=never_contacted&tag_list=b', as('root'))
    expect(all.body.map((runner: { id: number }) => runner.id)).toEqual([made.body.id])
    expect((await world.call('GET', 'runners/all', as('owner'))).status).toBe(403)
    const paused = await world.call('PUT', `runners/${made.body.id}`, {
      ...as('root'),
      body: { paused: true, tag_list: ['c'] },
    })
    expect(paused.body).toMatchObject({ paused: true, active: false, tag_list: ['c'] })
    expect((await world.call('PUT', `runners/${made.body.id}`, { ...as('root'), body: { tag_list: [] } })).status).toBe(
      400,
    )
    expect((await world.call('DELETE', `runners/${made.body.id}`, as('root'))).status).toBe(204)
  })

  test('of a project are for its maintainers', async () => {
    const place = { runner_type: 'project_type', project_id: world.project.id }
    expect((await create(place, 'developer')).status).toBe(403)
    expect((await create(place, 'eve')).status).toBe(404)
    const { body } = await create(place, 'maintainer')
    expect((await world.call('GET', ':p/runners?type=project_type', as('maintainer'))).body).toHaveLength(1)
    expect((await world.call('GET', `runners/${body.id}`, as('maintainer'))).body.projects).toEqual([
      { id: world.project.id, name: 'app', path: 'app', path_with_namespace: 'group/app' },
    ])
    for (const role of ['developer', 'eve'] as const)
      expect((await world.call('GET', `runners/${body.id}`, as(role))).status).toBe(404)
    const reset = await world.call('POST', `runners/${body.id}/reset_authentication_token`, as('maintainer'))
    const verify = (token: string) => world.call('POST', 'runners/verify', { body: { token } })
    expect((await verify(body.token)).status).toBe(403)
    expect((await verify(reset.body.token)).status).toBe(200)
    expect((await world.call('DELETE', `runners/${body.id}`, as('maintainer'))).status).toBe(204)
  })

  test('tell their jobs', async () => {
    await world.runs.push('a:\n  script: x\n', { branch: 'jobs' })
    const job = await world.claim()
    const runner = (await world.call('GET', 'runners/all?status=online', as('root'))).body[0]
    const { body } = await world.call('GET', `runners/${runner.id}/jobs?status=running`, as('root'))
    expect(body[0]).toMatchObject({ id: job?.id, name: 'a', project: { path_with_namespace: 'group/app' } })
  })

  test('of a project are enabled for another by who manages both, and disabled again', async () => {
    const other = await world.installation.project('group/other')
    const at = `projects/${other.id}/runners`
    const { body: runner } = await create({ runner_type: 'project_type', project_id: world.project.id }, 'maintainer')
    const enable = (role: keyof ApiWorld['tokens'], id = runner.id) =>
      world.call('POST', at, { ...as(role), body: { runner_id: id } })
    const projectsOf = async () =>
      (await world.call('GET', `runners/${runner.id}`, as('root'))).body.projects.map((each: { id: number }) => each.id)

    expect((await enable('maintainer')).status).toBe(404) // of the other project they are no member
    await joinProject(other.id, world.users.maintainer.id, 30)
    expect((await enable('maintainer')).status).toBe(403)
    await joinProject(other.id, world.users.maintainer.id, 40)
    expect(await enable('maintainer')).toMatchObject({
      status: 201,
      body: { id: runner.id, runner_type: 'project_type' },
    })
    expect(await projectsOf()).toEqual([world.project.id, other.id])
    expect((await enable('maintainer')).status).toBe(400)
    expect((await world.call('GET', at, as('maintainer'))).body.map((each: { id: number }) => each.id)).toContain(
      runner.id,
    )

    const disable = (id: number) => world.call('DELETE', `projects/${id}/runners/${runner.id}`, as('maintainer'))
    expect((await disable(other.id)).status).toBe(204)
    expect((await disable(other.id)).status).toBe(404)
    expect(await disable(world.project.id)).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('Only one project associated with the runner') },
    })
    expect(await projectsOf()).toEqual([world.project.id])
  })

  test('that one may not manage, or that are of no project, are enabled nowhere', async () => {
    const foreign = await world.installation.project('group/foreign')
    const { body: theirs } = await create({ runner_type: 'project_type', project_id: foreign.id }, 'root')
    const { body: shared } = await create({ runner_type: 'instance_type' }, 'root')
    const enable = (id: number, role: keyof ApiWorld['tokens']) =>
      world.call('POST', ':p/runners', { ...as(role), body: { runner_id: id } })
    expect((await enable(theirs.id, 'maintainer')).status).toBe(404)
    expect((await enable(theirs.id, 'root')).status).toBe(201)
    expect(await enable(shared.id, 'root')).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('runner of the instance') },
    })
  })

  test('are listed for who manages them', async () => {
    const { body: own } = await create({ runner_type: 'project_type', project_id: world.project.id }, 'maintainer')
    const listed = async (role: keyof ApiWorld['tokens']) =>
      (await world.call('GET', 'runners?type=project_type', as(role))).body.map((each: { id: number }) => each.id)
    expect(await listed('maintainer')).toContain(own.id)
    expect(await listed('developer')).toEqual([])
  })
})
