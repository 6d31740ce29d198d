import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signature } from '../../../../src/kit/delivery.ts'
import { createMemoryBus } from '../../../support/memory-bus.ts'
import { type HookWorld, openHookWorld, sha } from '../../../support/server/hook-world.ts'
import { waitUntil } from '../../../support/wait-until.ts'

const zeroSha = '0'.repeat(40)
let world: HookWorld

beforeAll(async () => {
  world = await openHookWorld()
})
afterAll(() => world.close())
beforeEach(() => world.clear())

const push = (name: string, kind: 'branch' | 'tag' = 'branch') =>
  world.hooks.teller.pushed({
    projectId: world.projectId,
    userId: null,
    pushOptions: [],
    changes: [{ ref: { kind, name }, before: zeroSha, after: sha }],
  })
const ends = (pipelineId: number) =>
  world.hooks.teller.listening(createMemoryBus()).publish(`pipeline:${pipelineId}`, {
    kind: 'run_changed',
    projectId: world.projectId,
    pipelineId,
    status: 'success',
    hasWarnings: false,
    jobs: [{ id: 70, name: 'test', status: 'success', isRetried: false }],
  })

describe('hooks of a project', () => {
  it('are made, read, changed and removed by maintainers, in GitLab’s shape', async () => {
    const made = await world.call('POST', '', { url: world.url, name: 'chat', token: 'secret', pipeline_events: true })
    expect(made).toMatchObject({
      status: 201,
      body: {
        url: world.url,
        name: 'chat',
        push_events: true,
        pipeline_events: true,
        job_events: false,
        has_token: true,
      },
    })
    expect(JSON.stringify(made.body)).not.toContain('secret')
    const { id } = made.body
    expect(await world.call('PUT', `/${id}`, { push_events: false, job_events: true })).toMatchObject({
      status: 200,
      body: { push_events: false, pipeline_events: true, job_events: true },
    })
    expect((await world.call('GET', '')).body).toHaveLength(1)
    expect((await world.call('GET', '', undefined, 'guest')).status).toBe(403)
    expect((await world.call('DELETE', `/${id}`)).status).toBe(204)
    expect((await world.call('GET', `/${id}`)).status).toBe(404)
  })

  it.each([
    [{}, 'url is missing'],
    [{ url: 'file:///etc/passwd' }, 'expected an http:// or https:// address'],
    [{ url: 'http://example.com', issues_events: true }, 'issues_events: Slipway has no such events'],
    [{ url: 'http://example.com', enable_ssl_verification: false }, 'certificates are always verified'],
  ])('say why they cannot be had: %j', async (body, reason) => {
    const answer = await world.call('POST', '', body)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).toContain(reason)
  })

  it('are told of a push, signed, with its commits', async () => {
    await world.call('POST', '', { url: world.url, token: 'secret' })
    push('main')
    await waitUntil(() => world.told.length === 1, 'a delivery')
    const [{ headers: got, body } = { headers: {}, body: '' }] = world.told
    expect(got).toMatchObject({ 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'secret' })
    expect(got['x-slipway-signature']).toBe(signature('secret', String(got['x-slipway-timestamp']), body))
    expect(JSON.parse(body)).toMatchObject({
      object_kind: 'push',
      ref: 'refs/heads/main',
      after: sha,
      project: { path_with_namespace: 'group/app', web_url: 'https://ci.example.com/group/app' },
      commits: [{ id: sha, title: 'Add it', author: { name: 'Ann Author', email: 'ann@example.com' } }],
      total_commits_count: 1,
    })
  })

  it('are told only of what they asked for', async () => {
    await world.call('POST', '', { url: world.url, push_events_branch_filter: 'release/*' })
    push('main')
    push('v1', 'tag')
    push('release/1')
    await waitUntil(() => world.told.length === 1, 'a delivery')
    await world.hooks.teller.idle()
    expect(world.told.map(each => JSON.parse(each.body).ref)).toEqual(['refs/heads/release/1'])
  })

  it('are told of each status of a pipeline and a job once', async () => {
    await world.call('POST', '', { url: world.url, push_events: false, pipeline_events: true, job_events: true })
    ends(31)
    ends(31)
    await waitUntil(() => world.told.length === 2, 'two deliveries')
    await world.hooks.teller.idle()
    const kinds = world.told.map(each => JSON.parse(each.body).object_kind)
    expect(kinds.sort()).toEqual(['build', 'pipeline'])
  })

  it('are tried again when they fail, and the log tells how it went', async () => {
    world.answer = 500
    const { id } = (await world.call('POST', '', { url: world.url })).body
    push('main')
    const log = async () => (await world.call('GET', `/${id}/events`)).body
    await waitUntil(async () => (await log())[0]?.attempts === 1, 'a failed attempt')
    expect((await log())[0]).toMatchObject({ trigger: 'Push Hook', state: 'waiting', response_status: '500' })
    expect((await log())[0].next_attempt_at).not.toBeNull()
    world.answer = 200
    // The next attempt is ten seconds away; one that has ended is sent again at once.
    const [{ id: eventId }] = await log()
    await world.hooks.store.deliveryTried(eventId, {
      state: 'failed',
      nextAttemptAt: null,
      lastStatus: 500,
      lastError: null,
      finishedAt: null,
    })
    expect((await world.call('POST', `/${id}/events/${eventId}/resend`)).status).toBe(201)
    push('other') // wakes the deliveries
    await waitUntil(
      async () => (await log()).every((each: { state: string }) => each.state === 'delivered'),
      'the deliveries',
    )
  })
})
