// Hooks of projects over their store, with a receiver of our own; only repositories and pipelines are a test's.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createVault } from '../../../../src/access/vault.ts'
import { type OpenHooks, openHooks } from '../../../../src/commands/compose/hooks.ts'
import type { ServerConfig } from '../../../../src/config.ts'
import type { Repositories } from '../../../../src/git/repositories.ts'
import { signature } from '../../../../src/kit/delivery.ts'
import type { MergeRequestStore } from '../../../../src/run/merge-request-ports.ts'
import type { ReleaseStore } from '../../../../src/run/release-ports.ts'
import type { EnvironmentStore, RunReader } from '../../../../src/run/store-ports.ts'
import { registerHooks } from '../../../../src/server/api/hooks.ts'
import type { App } from '../../../../src/server/app.ts'
import { openDatabase } from '../../../../src/store/database.ts'
import { createEnvironmentStore } from '../../../../src/store/run/environment-store.ts'
import { createMergeRequestStore } from '../../../../src/store/run/merge-request-store.ts'
import { createReleaseStore } from '../../../../src/store/run/release-store.ts'
import { createInstallation, type Installation } from '../../../support/accounts/installation.ts'
import { createMemoryBus } from '../../../support/memory-bus.ts'
import { makeJob, makePipeline } from '../../../support/server/records.ts'
import { createSilentApp } from '../../../support/server/silent-app.ts'
import { waitUntil } from '../../../support/wait-until.ts'

type ChangingStores = {
  readonly releases: ReleaseStore
  readonly mergeRequests: MergeRequestStore
  readonly environments: EnvironmentStore
}
type Told = { readonly headers: IncomingHttpHeaders; readonly body: string }

const sha = 'b'.repeat(40)
const zeroSha = '0'.repeat(40)
const told: Told[] = []
let status = 200
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    told.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(status).end()
  })
})
let url = ''
let installation: Installation
let hooks: OpenHooks
let stores: ChangingStores
let app: App
let projectId = 0
let headers: Record<string, string> = {}
let guestHeaders: Record<string, string> = {}

const commit = {
  sha,
  message: 'Add it\n\nwith care',
  author: { name: 'Ann Author', email: 'ann@example.com' },
  committer: { date: '2026-01-02T03:04:05Z' },
}
const branches: string[] = ['main']
const repositories = {
  commit: async () => commit,
  log: async () => [sha],
  countCommits: async () => 1,
  refs: async () => branches.map(name => ({ ref: { kind: 'branch', name }, sha, target: sha })),
} as unknown as Repositories
const reads = {
  pipeline: async () => makePipeline({ projectId, userId: null, status: 'success' }),
  job: async (id: number) => makeJob({ id, projectId, userId: null, status: 'success' }),
  jobsOfPipeline: async () => [makeJob({ projectId })],
  pipelines: async () => ({ items: [makePipeline({ projectId, userId: null, status: 'failed' })], total: 1 }),
  jobs: async () => ({ items: [], total: 0 }),
} as unknown as RunReader

beforeAll(async () => {
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const database = await openDatabase(':memory:')
  installation = await createInstallation({ database })
  const { accounts } = installation
  const project = await installation.project('group/app')
  projectId = project.id
  const [maintainer, guest] = [await installation.user('maintainer'), await installation.user('guest')]
  const place = { kind: 'project' as const, projectId }
  const by = { userId: 1, level: 50 as const }
  await accounts.members.put(place, { userId: maintainer.id, level: 40, expiresAt: null }, by)
  await accounts.members.put(place, { userId: guest.id, level: 10, expiresAt: null }, by)
  headers = { 'private-token': await installation.token(maintainer.id) }
  guestHeaders = { 'private-token': await installation.token(guest.id) }
  hooks = openHooks({
    config: { url: 'https://ci.example.com', innerWebhooks: true } as unknown as ServerConfig,
    database,
    reads,
    accounts,
    repositories,
    vault: createVault(Buffer.alloc(32, 1)),
    onBug: error => {
      throw error
    },
  })
  stores = {
    releases: hooks.teller.releases(createReleaseStore(database)),
    mergeRequests: hooks.teller.mergeRequests(createMergeRequestStore(database)),
    environments: hooks.teller.environments(createEnvironmentStore(database)),
  }
  app = await createSilentApp({
    access: accounts.access,
    runnerDoor: { runner: async () => null, lease: async () => null },
    errors: [],
    resources: [
      each =>
        registerHooks(each, {
          hooks: hooks.store,
          teller: hooks.teller,
          tryHook: hooks.tryOut,
          sealHookSecret: hooks.seal,
          now: () => new Date(),
        }),
    ],
  })
})

afterAll(async () => {
  await hooks.close()
  await app.close()
  await installation.close()
  receiver.close()
})

beforeEach(async () => {
  for (const { id } of await hooks.store.list(projectId)) await hooks.store.delete(id)
  hooks.teller.changed()
  told.length = 0
  status = 200
})

async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, as = headers) {
  const at = `/api/v4/projects/${projectId}/hooks${path}`
  const answer = await app.inject({ method, url: at, headers: as, ...(body && { payload: body }) })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
}

const push = (name: string, kind: 'branch' | 'tag' = 'branch') =>
  hooks.teller.pushed({
    projectId,
    userId: null,
    pushOptions: [],
    changes: [{ ref: { kind, name }, before: zeroSha, after: sha }],
  })
const ends = (pipelineId: number) =>
  hooks.teller.listening(createMemoryBus()).publish(`pipeline:${pipelineId}`, {
    kind: 'run_changed',
    projectId,
    pipelineId,
    status: 'success',
    hasWarnings: false,
    jobs: [{ id: 70, name: 'test', status: 'success', isRetried: false }],
  })

describe('hooks of a project', () => {
  it('are made, read, changed and removed by maintainers, in GitLab’s shape', async () => {
    const made = await call('POST', '', { url, name: 'chat', token: 'secret', pipeline_events: true })
    expect(made).toMatchObject({
      status: 201,
      body: { url, name: 'chat', push_events: true, pipeline_events: true, job_events: false, has_token: true },
    })
    expect(JSON.stringify(made.body)).not.toContain('secret')
    const { id } = made.body
    expect(await call('PUT', `/${id}`, { push_events: false, job_events: true })).toMatchObject({
      status: 200,
      body: { push_events: false, pipeline_events: true, job_events: true },
    })
    expect((await call('GET', '')).body).toHaveLength(1)
    expect((await call('GET', '', undefined, guestHeaders)).status).toBe(403)
    expect((await call('DELETE', `/${id}`)).status).toBe(204)
    expect((await call('GET', `/${id}`)).status).toBe(404)
  })

  it.each([
    [{}, 'url is missing'],
    [{ url: 'file:///etc/passwd' }, 'expected an http:// or https:// address'],
    [{ url: 'http://example.com', issues_events: true }, 'issues_events: Slipway has no such events'],
    [{ url: 'http://example.com', enable_ssl_verification: false }, 'certificates are always verified'],
  ])('say why they cannot be had: %j', async (body, reason) => {
    const answer = await call('POST', '', body)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).toContain(reason)
  })

  it('are told of a push, signed, with its commits', async () => {
    await call('POST', '', { url, token: 'secret' })
    push('main')
    await waitUntil(() => told.length === 1, 'a delivery')
    const [{ headers: got, body } = { headers: {}, body: '' }] = told
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
    await call('POST', '', { url, push_events_branch_filter: 'release/*' })
    push('main')
    push('v1', 'tag')
    push('release/1')
    await waitUntil(() => told.length === 1, 'a delivery')
    await hooks.teller.idle()
    expect(told.map(each => JSON.parse(each.body).ref)).toEqual(['refs/heads/release/1'])
  })

  it('are told of each status of a pipeline and a job once', async () => {
    await call('POST', '', { url, push_events: false, pipeline_events: true, job_events: true })
    ends(31)
    ends(31)
    await waitUntil(() => told.length === 2, 'two deliveries')
    await hooks.teller.idle()
    const kinds = told.map(each => JSON.parse(each.body).object_kind)
    expect(kinds.sort()).toEqual(['build', 'pipeline'])
  })

  it('are tried again when they fail, and the log tells how it went', async () => {
    status = 500
    const { id } = (await call('POST', '', { url })).body
    push('main')
    const log = async () => (await call('GET', `/${id}/events`)).body
    await waitUntil(async () => (await log())[0]?.attempts === 1, 'a failed attempt')
    expect((await log())[0]).toMatchObject({ trigger: 'Push Hook', state: 'waiting', response_status: '500' })
    expect((await log())[0].next_attempt_at).not.toBeNull()
    status = 200
    // The next attempt is ten seconds away; one that has ended is sent again at once.
    const [{ id: eventId }] = await log()
    await hooks.store.deliveryTried(eventId, {
      state: 'failed',
      nextAttemptAt: null,
      lastStatus: 500,
      lastError: null,
      finishedAt: null,
    })
    expect((await call('POST', `/${id}/events/${eventId}/resend`)).status).toBe(201)
    push('other') // wakes the deliveries
    await waitUntil(
      async () => (await log()).every((each: { state: string }) => each.state === 'delivered'),
      'the deliveries',
    )
  })

  it('are told of releases and merge requests, whoever changes them', async () => {
    await call('POST', '', { url, push_events: false, releases_events: true, merge_requests_events: true })
    const at = '2026-01-02T03:04:05.000Z'
    const release = await stores.releases.create({
      projectId,
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
    await stores.releases.delete(await stores.releases.update(release, { name: 'The first one' }))
    const opened = await stores.mergeRequests.create(
      {
        projectId,
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
    await stores.mergeRequests.update(opened, { state: 'merged' }, { userId: 1, at })
    await waitUntil(() => told.length === 5, 'five deliveries')
    const bodies = told.map(each => JSON.parse(each.body))
    const releases = bodies.filter(each => each.object_kind === 'release')
    expect(new Set(told.map(each => each.headers['x-gitlab-event']))).toEqual(
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
    await call('POST', '', { url, push_events: false, deployment_events: true })
    const at = '2026-01-02T03:04:05.000Z'
    const place = { projectId, name: 'production', slug: 'production', tier: 'production' }
    const { id: environmentId } = await stores.environments.upsert(place, at)
    const begun = await stores.environments.createDeployment({
      projectId,
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
    await stores.environments.changeDeployment(begun, { status: 'success', updatedAt: at, finishedAt: at })
    await waitUntil(() => told.length === 2, 'two deliveries')
    const bodies = told.map(each => JSON.parse(each.body))
    expect(bodies.map(each => each.status).sort()).toEqual(['running', 'success'])
    expect(bodies[0]).toMatchObject({ object_kind: 'deployment', deployable_url: null, environment: 'production' })
  })

  it('are tried out with what happened last, once, whether they asked for it or not', async () => {
    const { id } = (await call('POST', '', { url, token: 'secret', push_events: false })).body
    expect(await call('POST', `/${id}/test/push_events`)).toEqual({ status: 201, body: { message: '201 Created' } })
    expect(await call('POST', `/${id}/test/pipeline_events`)).toMatchObject({ status: 201 })
    expect(told.map(each => each.headers['x-gitlab-event'])).toEqual(['Push Hook', 'Pipeline Hook'])
    expect(told[0]?.headers['x-gitlab-token']).toBe('secret')
    expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({ ref: 'refs/heads/main', after: sha })
    const { body: log } = await call('GET', `/${id}/events`)
    expect(log).toMatchObject([
      { trigger: 'Pipeline Hook', state: 'delivered', attempts: 1 },
      { trigger: 'Push Hook', state: 'delivered', attempts: 1 },
    ])
  })

  it('say why a trial could not be, or did not arrive', async () => {
    const { id } = (await call('POST', '', { url })).body
    expect(await call('POST', `/${id}/test/job_events`)).toMatchObject({
      status: 422,
      body: { message: 'Ensure the project has CI jobs.' },
    })
    status = 500
    const failed = await call('POST', `/${id}/test/push_events`)
    expect(failed).toMatchObject({ status: 422, body: { message: expect.stringContaining('answered 500') } })
    expect((await call('GET', `/${id}/events`)).body).toMatchObject([{ state: 'failed', next_attempt_at: null }])
    expect((await call('POST', `/${id}/test/issues_events`)).status).toBe(400)
    expect((await call('POST', `/${id}/test/push_events`, undefined, guestHeaders)).status).toBe(403)
  })
})
