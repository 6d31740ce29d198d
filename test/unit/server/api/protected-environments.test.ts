import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld
beforeAll(async () => {
  world = await openApiWorld()
})
afterAll(() => world.close())

it('protects environments by role, and refuses the manual job of who has a lower one, in words', async () => {
  const as = world.tokens.maintainer
  const body = { name: 'production', deploy_access_levels: [{ access_level: 40 }] }
  expect((await world.call('POST', ':p/protected_environments', { as: world.tokens.developer, body })).status).toBe(403)
  expect(await world.call('POST', ':p/protected_environments', { as, body })).toMatchObject({
    status: 201,
    body: {
      name: 'production',
      deploy_access_levels: [{ access_level: 40, access_level_description: 'Maintainers', user_id: null }],
      required_approval_count: 0,
    },
  })
  expect((await world.call('POST', ':p/protected_environments', { as, body })).status).toBe(409)
  await world.runs.push('deploy: { script: [a], when: manual, environment: production }', { branch: 'feature' })
  const { id } = await jobOf(world)
  expect(await world.call('POST', `:p/jobs/${id}/play`, { as: world.tokens.developer })).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('the environment production is protected: only maintainers and above') },
  })
  expect((await world.call('POST', `:p/jobs/${id}/play`, { as })).status).toBe(200)
  const open = { deploy_access_levels: [{ user_id: world.users.developer.id }] }
  const changed = await world.call('PUT', ':p/protected_environments/production', { as, body: open })
  expect(changed.body.deploy_access_levels).toMatchObject([{ user_id: world.users.developer.id }])
  expect((await world.call('DELETE', ':p/protected_environments/production', { as })).status).toBe(204)
  expect((await world.call('GET', ':p/protected_environments', { as })).body).toEqual([])
})

it('lets a developer start a manual job of a protected branch only where they may push', async () => {
  await world.runs.push('gate: { script: [a], when: manual }')
  const { id } = await jobOf(world)
  expect(await world.call('POST', `:p/jobs/${id}/play`, { as: world.tokens.developer })).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('the branch main is protected') },
  })
  expect((await world.call('POST', `:p/jobs/${id}/play`, { as: world.tokens.maintainer })).status).toBe(200)
})

async function jobOf({ runs, project }: ApiWorld) {
  const { id } = await runs.latest(project.id)
  const [job] = await runs.reader.jobsOfPipeline(id, false)
  if (job === undefined) throw new Error('no job')
  return job
}
