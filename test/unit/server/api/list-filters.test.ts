// Filters and order of lists, as GitLab's clients ask for them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld
beforeAll(async () => {
  world = await openApiWorld()
  const yaml = 'a: { script: [x], environment: production }'
  for (const branch of ['main', 'other', 'main']) await world.runs.push(yaml, { branch })
  await world.runs.push(yaml, { tag: 'v1' })
  await world.runs.push('a: { scrip: [x] }', { branch: 'wrong' })
})
afterAll(() => world.close())

const get = (path: string) => world.call('GET', `:p/${path}`, { as: world.tokens.developer })
const iids = async (query: string) => (await get(`pipelines?${query}`)).body.map((each: { iid: number }) => each.iid)

describe('pipelines', () => {
  it('are those of the branches or tags as they are now, by scope', async () => {
    expect(await iids('scope=branches')).toEqual([5, 3, 2])
    expect(await iids('scope=tags')).toEqual([4])
    expect(await iids('scope=finished')).toEqual([5, 1]) // the first was overtaken
  })

  it('are ordered by what GitLab orders them by', async () => {
    expect(await iids('order_by=ref&sort=asc')).toEqual([1, 3, 2, 4, 5])
    expect(await iids('order_by=id&sort=asc&ref=main')).toEqual([1, 3])
    expect(await iids('order_by=status&sort=asc&per_page=2')).toEqual([1, 5])
  })

  it('are those with or without mistakes, by time, and of several statuses', async () => {
    expect(await iids('yaml_errors=true')).toEqual([5])
    expect(await iids('yaml_errors=false&scope=tags')).toEqual([4])
    expect(await iids('created_after=2999-01-01T00:00:00Z')).toEqual([])
    expect(await iids('status=failed,success')).toEqual([5])
  })

  it('are refused for a word that is none', async () => {
    expect((await get('pipelines?scope=nothing')).body.error).toMatch(/^scope does not have a valid value/)
    expect((await get('pipelines?status=nothing')).status).toBe(400)
    expect((await get('pipelines?order_by=color')).body.error).toMatch(/^order_by does not have a valid value/)
  })
})

it('deployments come in the order that is asked for, the oldest first', async () => {
  const runner = await world.runs.runner()
  await world.runs.runAll(runner)
  const ids = async (query: string) => (await get(`deployments?${query}`)).body.map((each: { id: number }) => each.id)
  const ascending = await ids('')
  expect(ascending.length).toBeGreaterThan(1)
  expect(ascending).toEqual(ascending.toSorted((a: number, b: number) => a - b))
  expect(await ids('order_by=id&sort=desc')).toEqual(ascending.toReversed())
  expect(await ids('updated_before=2000-01-01T00:00:00Z')).toEqual([])
})

it('a schedule lists the pipelines that it has started', async () => {
  const body = { description: 'nightly', ref: 'main', cron: '0 0 * * *' }
  const as = world.tokens.maintainer
  const { id } = (await world.call('POST', ':p/pipeline_schedules', { as, body })).body
  await world.call('POST', `:p/pipeline_schedules/${id}/play`, { as })
  expect((await world.call('GET', `:p/pipeline_schedules/${id}/pipelines`, { as })).body).toMatchObject([
    { source: 'schedule', ref: 'main' },
  ])
})

it('a commit tells the jobs of its pipelines as its statuses', async () => {
  const sha = world.runs.repository.refs.get(`${world.project.id} branch other`)
  const path = `repository/commits/${sha}/statuses`
  expect((await get(path)).body).toMatchObject([
    { sha, ref: 'other', name: 'a', pipeline_id: 2, author: { username: 'pusher' } },
  ])
  expect((await get(`${path}?stage=deploy`)).body).toEqual([])
  expect((await get('repository/commits/main/statuses')).status).toBe(400)
})

it('a webhook names the ref in the path, and its token in the query', async () => {
  const as = world.tokens.maintainer
  const { token } = (await world.call('POST', ':p/triggers', { as, body: { description: 'hook' } })).body
  const made = await world.call('POST', `:p/ref/main/trigger/pipeline?token=${token}&variables[KIND]=hook`)
  expect(made).toMatchObject({ status: 201, body: { source: 'trigger', ref: 'main' } })
  expect((await get(`pipelines/${made.body.id}/variables`)).status).toBe(403)
  expect((await world.call('GET', `:p/pipelines/${made.body.id}/variables`, { as })).body).toMatchObject([
    { key: 'KIND', value: 'hook' },
  ])
  expect((await world.call('POST', ':p/ref/main/trigger/pipeline?token=glptt-wrong')).status).toBe(404)
})
