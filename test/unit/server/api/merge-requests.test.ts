import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld
const yaml = 'request:\n  script: [make]\n  rules: [{ if: $CI_MERGE_REQUEST_IID }]\n'

beforeAll(async () => {
  world = await openApiWorld()
  await world.runs.push(yaml)
  await world.runs.push(yaml, { branch: 'feature' })
})
afterAll(() => world.close())

const body = { source_branch: 'feature', target_branch: 'main', title: 'Draft: a thing', labels: 'one, two' }

describe('merge requests', () => {
  it('are made by developers, once for two branches, and their pipeline follows', async () => {
    expect((await world.call('POST', ':p/merge_requests', { as: world.tokens.reporter, body })).status).toBe(403)
    const made = await world.call('POST', ':p/merge_requests', { as: world.tokens.developer, body })
    expect(made).toMatchObject({
      status: 201,
      body: { iid: 1, state: 'opened', draft: true, labels: ['one', 'two'], author: { username: 'developer' } },
    })
    const again = await world.call('POST', ':p/merge_requests', { as: world.tokens.developer, body })
    expect(again).toMatchObject({ status: 409, body: { message: expect.stringContaining('!1') } })
    const pipelines = await world.call('GET', ':p/merge_requests/1/pipelines', { as: world.tokens.developer })
    expect(pipelines.body).toMatchObject([{ source: 'merge_request_event', ref: 'feature' }])
    const more = await world.call('POST', ':p/merge_requests/1/pipelines', { as: world.tokens.developer })
    expect(more).toMatchObject({ status: 201, body: { source: 'merge_request_event' } })
  })

  it('are found by their branches and state, closed and opened again', async () => {
    const as = world.tokens.developer
    const list = async (query: string) => (await world.call('GET', `:p/merge_requests?${query}`, { as })).body.length
    expect(await list('source_branch=feature&state=opened')).toBe(1)
    expect(await list('source_branch=other')).toBe(0)
    const closed = await world.call('PUT', ':p/merge_requests/1', { as, body: { state_event: 'close' } })
    expect(closed.body).toMatchObject({
      state: 'closed',
      closed_at: expect.any(String),
      closed_by: { username: 'developer' },
      merged_by: null,
    })
    expect(await list('state=opened')).toBe(0)
    const opened = await world.call('PUT', ':p/merge_requests/1', {
      as,
      body: { state_event: 'reopen', title: 'Thing' },
    })
    expect(opened.body).toMatchObject({
      state: 'opened',
      closed_at: null,
      closed_by: null,
      draft: false,
      title: 'Thing',
    })
  })

  it('say what is wrong with their branches', async () => {
    const as = world.tokens.developer
    const unknown = await world.call('POST', ':p/merge_requests', { as, body: { ...body, source_branch: 'gone' } })
    expect(unknown.body.message).toContain("there is no branch 'gone'")
    expect((await world.call('GET', ':p/merge_requests/9', { as })).body).toEqual({
      message: '404 Merge Request Not Found',
    })
  })
})
