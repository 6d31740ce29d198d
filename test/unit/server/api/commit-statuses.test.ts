import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld
let sha: string

beforeAll(async () => {
  world = await openApiWorld()
  await world.runs.push('build:\n  script: [make]\n')
  sha = world.runs.repository.refs.get(`${world.project.id} branch main`) ?? ''
})
afterAll(() => world.close())

const say = (body: object, as = world.tokens.developer) => world.call('POST', `:p/statuses/${sha}`, { as, body })
const list = async (query = '') =>
  (await world.call('GET', `:p/repository/commits/${sha}/statuses${query}`, { as: world.tokens.reporter })).body

it('another tool says how a commit fares, and says it again', async () => {
  const said = await say({ state: 'running', context: 'scan', target_url: 'https://scan.example.com/1' })
  expect(said).toMatchObject({
    status: 201,
    body: { sha, ref: 'main', name: 'scan', status: 'running', finished_at: null, author: { username: 'developer' } },
  })
  const again = await say({ state: 'failed', name: 'scan', description: 'two holes', coverage: 12.5 })
  expect(again.body).toMatchObject({ id: said.body.id, status: 'failed', description: 'two holes', coverage: 12.5 })
  expect(again.body.finished_at).not.toBeNull()
})

it('what tools say stands beside the jobs', async () => {
  await say({ state: 'success', name: 'licence', ref: 'main' })
  const names = (query: string) => list(query).then(all => all.map((each: { name: string }) => each.name))
  expect(await names('')).toEqual(['build', 'scan', 'licence'])
  expect(await names('?name=licence')).toEqual(['licence'])
  expect(await names('?stage=test')).toEqual(['build'])
  expect(await names('?ref=other')).toEqual([])
})

it('who may not say it, and what cannot be said, is told', async () => {
  expect((await say({ state: 'success' }, world.tokens.reporter)).status).toBe(403)
  expect((await say({ state: 'fine' })).status).toBe(400)
  expect((await say({ state: 'success', target_url: 'javascript:alert(1)' })).status).toBe(400)
  const gone = `:p/statuses/${'f'.repeat(40)}`
  expect((await world.call('POST', gone, { as: world.tokens.developer, body: { state: 'success' } })).status).toBe(404)
})
