// What hooks are told of changes that no pipeline makes, and how one tries them out.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type HookWorld, openHookWorld, sha } from '../../../support/server/hook-world.ts'
import { waitUntil } from '../../../support/wait-until.ts'

let world: HookWorld

beforeAll(async () => {
  world = await openHookWorld()
})
afterAll(() => world.close())
beforeEach(() => world.clear())

describe('hooks of a project', () => {
  it('are told of releases and merge requests, whoever changes them', async () => {
    await world.call('POST', '', {
      url: world.url,
      push_events: false,
      releases_events: true,
      merge_requests_events: true,
    })
    const at = '2026-01-02T03:04:05.000Z'
    const release = await world.stores.releases.create({
      projectId: world.projectId,
      tagName: 'v1',
      name: 'One',
      description: 'The first',
      sha,
      milestones: [],
      authorId: null,
      jobId: null,
      createdAt: at,
      releasedAt: at,
      links: [{ name: 'Notes', url: 'https://example.com/notes', filepath: null, linkType: 'other' }],
    })
    if (release === null) throw new Error('the release was not made')
    await world.stores.releases.delete(await world.stores.releases.update(release, { name: 'The first one' }))
    const opened = await world.stores.mergeRequests.create(
      {
        projectId: world.projectId,
        sourceBranch: 'feature',
        targetBranch: 'main',
        title: 'A thing',
        description: '',
        labels: ['one'],
        isDraft: false,
        sha,
        authorId: null,
      },
      at,
    )
    await world.stores.mergeRequests.update(opened, { state: 'merged' }, { userId: 1, at })
    await waitUntil(() => world.told.length === 5, 'five deliveries')
    const bodies = world.told.map(each => JSON.parse(each.body))
    const releases = bodies.filter(each => each.object_kind === 'release')
    expect(new Set(world.told.map(each => each.headers['x-gitlab-event']))).toEqual(
      new Set(['Release Hook', 'Merge Request Hook']),
    )
    expect(releases.map(each => each.action).sort()).toEqual(['create', 'delete', 'update'])
    expect(releases[0]).toMatchObject({
      tag: 'v1',
      url: 'https://ci.example.com/group/app/-/releases/v1',
      assets: { count: 1, links: [{ name: 'Notes', link_type: 'other' }] },
      commit: { id: sha },
    })
    expect(bodies.find(each => each.object_attributes?.action === 'open')).toMatchObject({
      object_attributes: {
        source_branch: 'feature',
        state: 'opened',
        labels: [{ title: 'one' }],
        last_commit: { id: sha },
      },
      changes: {},
    })
    expect(bodies.find(each => each.object_attributes?.action === 'merge')).toMatchObject({
      user: { username: 'root' },
      changes: { state_id: { previous: 1, current: 3 } },
    })
  })

  it('are told of each status of a deployment that no job makes', async () => {
    await world.call('POST', '', { url: world.url, push_events: false, deployment_events: true })
    const at = '2026-01-02T03:04:05.000Z'
    const place = { projectId: world.projectId, name: 'production', slug: 'production', tier: 'production' }
    const { id: environmentId } = await world.stores.environments.upsert(place, at)
    const begun = await world.stores.environments.createDeployment({
      projectId: world.projectId,
      environmentId,
      jobId: null,
      pipelineId: null,
      ref: { kind: 'branch', name: 'main' },
      sha,
      userId: null,
      status: 'running',
      createdAt: at,
      updatedAt: at,
      finishedAt: null,
    })
    await world.stores.environments.changeDeployment(begun, { status: 'success', updatedAt: at, finishedAt: at })
    await waitUntil(() => world.told.length === 2, 'two deliveries')
    const bodies = world.told.map(each => JSON.parse(each.body))
    expect(bodies.map(each => each.status).sort()).toEqual(['running', 'success'])
    expect(bodies[0]).toMatchObject({ object_kind: 'deployment', deployable_url: null, environment: 'production' })
  })

  it('are tried out with what happened last, once, whether they asked for it or not', async () => {
    const { id } = (await world.call('POST', '', { url: world.url, token: 'secret', push_events: false })).body
    expect(await world.call('POST', `/${id}/test/push_events`)).toEqual({
      status: 201,
      body: { message: '201 Created' },
    })
    expect(await world.call('POST', `/${id}/test/pipeline_events`)).toMatchObject({ status: 201 })
    expect(world.told.map(each => each.headers['x-gitlab-event'])).toEqual(['Push Hook', 'Pipeline Hook'])
    expect(world.told[0]?.headers['x-gitlab-token']).toBe('secret')
    expect(JSON.parse(world.told[0]?.body ?? '')).toMatchObject({ ref: 'refs/heads/main', after: sha })
    const { body: log } = await world.call('GET', `/${id}/events`)
    expect(log).toMatchObject([
      { trigger: 'Pipeline Hook', state: 'delivered', attempts: 1 },
      { trigger: 'Push Hook', state: 'delivered', attempts: 1 },
    ])
  })

  it('say why a trial could not be, or did not arrive', async () => {
    const { id } = (await world.call('POST', '', { url: world.url })).body
    expect(await world.call('POST', `/${id}/test/job_events`)).toMatchObject({
      status: 422,
      body: { message: 'Ensure the project has CI jobs.' },
    })
    world.answer = 500
    const failed = await world.call('POST', `/${id}/test/push_events`)
    expect(failed).toMatchObject({ status: 422, body: { message: expect.stringContaining('answered 500') } })
    expect((await world.call('GET', `/${id}/events`)).body).toMatchObject([{ state: 'failed', next_attempt_at: null }])
    expect((await world.call('POST', `/${id}/test/issues_events`)).status).toBe(400)
    expect((await world.call('POST', `/${id}/test/push_events`, undefined, 'guest')).status).toBe(403)
  })
})
