// Looking after images by the API: GitLab's paths, and Slipway's own.
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FollowerPipelines } from '../../../src/registry/management/ports.ts'
import { type RegistryApi, startRegistryApi } from '../../support/registry/registry-api.ts'
import {
  createRegistryClient,
  imageOf,
  indexOf,
  ociIndex,
  pushBlob,
  pushImage,
  putManifest,
  type RegistryClient,
  randomContent,
} from '../../support/registry/registry-client.ts'
import { addJob, startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'

const dayMs = 24 * 60 * 60 * 1000
let registry: TestRegistry
let api: RegistryApi
let client: RegistryClient
const started: Parameters<FollowerPipelines['start']>[0][] = []

beforeEach(async () => {
  started.length = 0
  registry = await startTestRegistry({
    uses: { inUse: async () => [{ suffix: '', tag: 'v-in-use', digest: null }] },
    pipelines: {
      start: async request => {
        started.push(request)
        return { pipelineId: started.length }
      },
    },
  })
  api = await startRegistryApi(registry)
  client = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
})
afterEach(async () => {
  client.close()
  await api.close()
  await registry.stop()
  expect(registry.bugs).toEqual([])
})

type Repository = { readonly id: number; readonly path: string }
const repositoryId = async (path = 'g/p'): Promise<number> => {
  const { body } = await api.call(
    'root',
    'GET',
    `/projects/${encodeURIComponent(path.split('/').slice(0, 2).join('/'))}/registry/repositories`,
  )
  const found = (body as Repository[]).find(repository => repository.path === path)
  if (found === undefined) throw new Error(`no repository ${path}`)
  return found.id
}
const tagNames = async (): Promise<readonly string[]> => {
  const fresh = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
  const reply = await fresh.send('GET', '/v2/g/p/tags/list')
  fresh.close()
  return (reply.json() as { tags: string[] }).tags
}

describe('repositories and tags', () => {
  test('are listed as GitLab lists them, with sizes', async () => {
    const { manifest } = await pushImage(client, 'g/p/app', 'v1')
    await putManifest(client, 'g/p/app', 'v2', manifest)
    const { body, headers } = await api.call('reporter', 'GET', '/projects/1/registry/repositories?tags=true')
    expect(headers['x-total']).toBe('1')
    expect(body).toMatchObject([
      {
        name: 'app',
        path: 'g/p/app',
        project_id: 1,
        location: 'registry.example.com/g/p/app',
        tags_count: 2,
        tags: [
          { name: 'v1', path: 'g/p/app:v1', location: 'registry.example.com/g/p/app:v1' },
          { name: 'v2', path: 'g/p/app:v2', location: 'registry.example.com/g/p/app:v2' },
        ],
      },
    ])
  })

  test('a tag tells digest, size, platforms, who pushed it by which job, and when it was last pulled', async () => {
    addJob(registry, 7, 1, 'job-secret')
    const job = createRegistryClient(registry.url, { username: 'gitlab-ci-token', password: 'job-secret' })
    const { manifest, config, layer } = await pushImage(job, 'g/p', 'v1')
    job.close()
    await client.send('GET', '/v2/g/p/manifests/v1')
    const id = await repositoryId()
    await api.call('root', 'GET', '/slipway/registry/usage')
    const { body } = await api.call('reporter', 'GET', `/projects/1/registry/repositories/${id}/tags/v1`)
    expect(body).toMatchObject({
      digest: manifest.digest,
      total_size: config.bytes.length + layer.bytes.length,
      revision: config.digest.slice(7),
      platforms: [{ os: 'linux', architecture: 'amd64', variant: null, digest: manifest.digest }],
      pushed_by: { id: 2, username: 'dev' },
      job_id: 7,
      pipeline_id: 70,
      commit_sha: 'c'.repeat(40),
      same_digest: [],
    })
  })

  test('an index shows its platforms, and no attestation among them', async () => {
    const { manifest } = await pushImage(client, 'g/p', 'v1')
    const { manifest: provenance } = await pushImage(client, 'g/p', 'v2')
    const entry = (image: typeof manifest, os: string, architecture: string) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: image.digest,
      size: image.bytes.length,
      platform: { os, architecture },
    })
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [entry(manifest, 'linux', 'arm64'), entry(provenance, 'unknown', 'unknown')],
    })
    const { content } = await import('../../support/registry/registry-client.ts')
    await putManifest(client, 'g/p', 'multi', content(text), ociIndex)
    const { body } = await api.call(
      'reporter',
      'GET',
      `/projects/1/registry/repositories/${await repositoryId()}/tags/multi`,
    )
    expect(body).toMatchObject({
      platforms: [{ os: 'linux', architecture: 'arm64', digest: manifest.digest }],
      attestations: 1,
    })
  })

  test('deleting one tag leaves others of the same digest, and is audited', async () => {
    const { manifest } = await pushImage(client, 'g/p', 'v1')
    await putManifest(client, 'g/p', 'v2', manifest)
    const path = `/projects/1/registry/repositories/${await repositoryId()}/tags/v1`
    expect((await api.call('reporter', 'DELETE', path)).status).toBe(403)
    expect((await api.call('dev', 'DELETE', path)).status).toBe(200)
    expect((await api.call('dev', 'DELETE', path)).status).toBe(404)
    expect(await tagNames()).toEqual(['v2'])
    expect(api.audited).toEqual([
      { action: 'deleteRegistryTag', target: expect.stringMatching(/^g\/p \d+ v1$/), username: 'dev' },
    ])
    expect(registry.events.at(-1)).toMatchObject({ action: 'delete', tag: 'v1', digest: manifest.digest })
  })

  test('a deleted repository is gone with all its tags, and its bytes come back', async () => {
    await pushImage(client, 'g/p', 'v1')
    const id = await repositoryId()
    expect((await api.call('dev', 'DELETE', `/projects/1/registry/repositories/${id}`)).status).toBe(202)
    expect((await api.call('dev', 'GET', '/projects/1/registry/repositories')).body).toEqual([])
    registry.pass(2 * dayMs)
    const lines = (await api.call('root', 'POST', '/slipway/registry/gc')).text.trim().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ done: true, blobs: 2 })
  })

  test('of a group are those that the reader may pull', async () => {
    for (const name of ['g/p', 'g/p/app', 'g/other', 'g/public']) await pushImage(client, name, 'v1')
    const listed = async (who: string | null, query = '') => {
      const { body, headers } = await api.call(who, 'GET', `/groups/g/registry/repositories${query}`)
      return [headers['x-total'], (body as Repository[]).map(({ path }) => path)]
    }
    expect(await listed('dev')).toEqual(['4', ['g/p', 'g/p/app', 'g/other', 'g/public']])
    expect(await listed('dev', '?per_page=1&page=2')).toEqual(['4', ['g/p/app']])
    expect(await listed('reporter')).toEqual(['3', ['g/p', 'g/p/app', 'g/public']])
    expect((await api.call(null, 'GET', '/groups/g/registry/repositories')).status).toBe(404)
  })

  test('strangers learn nothing, and repositories of other projects are not found', async () => {
    await pushImage(client, 'g/p', 'v1')
    const id = await repositoryId()
    for (const who of ['stranger', null]) {
      for (const path of [
        '/projects/1/registry/repositories',
        `/projects/1/registry/repositories/${id}/tags`,
        `/registry/repositories/${id}`,
      ]) {
        expect((await api.call(who, 'GET', path)).status).toBe(404)
      }
    }
    expect((await api.call('dev', 'GET', `/projects/2/registry/repositories/${id}/tags`)).status).toBe(404)
  })
})

describe('cleanup', () => {
  beforeEach(async () => {
    const { config, manifest } = await pushImage(client, 'g/p', 'latest')
    for (const tag of ['v1', 'v2', 'v3', 'v-in-use', 'dev-1']) {
      const layer = randomContent(10_000)
      await pushBlob(client, 'g/p', layer)
      await putManifest(client, 'g/p', tag, imageOf(config, [layer]))
    }
    await putManifest(client, 'g/p', 'v-also-latest', manifest)
  })

  test('a preview tells what goes, what stays and why, and how many bytes come back', async () => {
    const fields = { name_regex: 'v.*', keep_n: 1, older_than: null }
    const { body } = await api.call('reporter', 'POST', '/projects/1/registry/cleanup_policy/preview', fields)
    const [repository] = (
      body as { repositories: { deletes: { name: string }[]; keeps: { name: string; reason: string }[] }[] }
    ).repositories
    expect(repository?.deletes.map(tag => tag.name).sort()).toEqual(['v1', 'v2', 'v3'])
    expect(repository?.keeps).toEqual(
      expect.arrayContaining([
        { name: 'latest', reason: 'latest' },
        { name: 'dev-1', reason: 'name_regex' },
        { name: 'v-in-use', reason: 'in_use' },
        { name: 'v-also-latest', reason: 'keep_n' },
      ]),
    )
    expect(body).toMatchObject({ deleted_tags: 3, freed_bytes: 30_000 })
    expect(await tagNames()).toHaveLength(7)
  })

  test('many tags are deleted by GitLab’s parameters, with a preview before', async () => {
    const path = `/projects/1/registry/repositories/${await repositoryId()}/tags?name_regex_delete=v.*&name_regex_keep=v3`
    expect((await api.call('dev', 'DELETE', `${path}&preview=true`)).body).toMatchObject({ deleted_tags: 3 })
    expect((await api.call('dev', 'DELETE', path)).body).toEqual({ deleted_tags: 3 })
    expect(await tagNames()).toEqual(['dev-1', 'latest', 'v-in-use', 'v3'])
    expect((await api.call('dev', 'DELETE', path.replace('name_regex_delete=v.*&', ''))).status).toBe(400)
    expect((await api.call('dev', 'DELETE', `${path}&older_than=yesterday`)).status).toBe(400)
  })

  test('a policy runs when its time has come, and keeps what is protected', async () => {
    const policy = { enabled: true, cadence: '1d', name_regex: '.*', keep_n: null, older_than: '7d' }
    expect((await api.call('dev', 'PUT', '/projects/1/registry/cleanup_policy', policy)).status).toBe(403)
    expect((await api.call('root', 'PUT', '/projects/1/registry/cleanup_policy', policy)).body).toMatchObject(policy)
    await api.call('root', 'POST', '/projects/1/registry/protection/tag/rules', {
      tag_name_pattern: 'v1|v2',
      minimum_access_level_for_delete: 'owner',
    })
    const run = () => registry.registry().cleaner.runDue(new AbortController().signal)
    await run()
    expect(await tagNames()).toHaveLength(7)
    registry.pass(8 * dayMs)
    await run()
    expect(await tagNames()).toEqual(['latest', 'v-in-use', 'v1', 'v2'])
    const { body } = await api.call('root', 'GET', '/projects/1/registry/cleanup_policy')
    expect(body).toMatchObject({ last_run: { deleted_tags: 3, unfinished: false } })
  })

  test('a bad pattern is refused with its field', async () => {
    const { status, text } = await api.call('root', 'PUT', '/projects/1/registry/cleanup_policy', { name_regex: '(' })
    expect([status, text]).toEqual([400, expect.stringContaining('name_regex')])
  })
})

describe('protection', () => {
  test('a protected tag is pushed and deleted only from the level of its rule on', async () => {
    const rule = {
      tag_name_pattern: 'v.*',
      minimum_access_level_for_push: 'maintainer',
      minimum_access_level_for_delete: 'maintainer',
    }
    expect((await api.call('root', 'POST', '/projects/1/registry/protection/tag/rules', rule)).body).toMatchObject({
      ...rule,
      immutable: false,
    })
    registry.pass(1000)
    const { config, layer } = await pushImage(client, 'g/p', 'dev')
    const refused = await putManifest(client, 'g/p', 'v1', imageOf(config, [layer]))
    expect([refused.status, refused.body.toString()]).toEqual([
      403,
      expect.stringContaining("the tag 'v1' is protected"),
    ])
    const root = createRegistryClient(registry.url, { username: 'root', password: 'root' })
    expect((await putManifest(root, 'g/p', 'v1', imageOf(config, [layer]))).status).toBe(201)
    root.close()
    expect((await client.send('DELETE', '/v2/g/p/manifests/v1')).status).toBe(403)
  })

  test('an immutable tag is made once, and then neither moved nor deleted by anybody', async () => {
    const { body } = await api.call('root', 'POST', '/projects/1/registry/protection/tag/rules', {
      tag_name_pattern: 'v.*',
    })
    expect(body).toMatchObject({ immutable: true })
    registry.pass(1000)
    const root = createRegistryClient(registry.url, { username: 'root', password: 'root' })
    const { config, layer, manifest } = await pushImage(root, 'g/p', 'v1')
    expect((await putManifest(root, 'g/p', 'v1', manifest)).status).toBe(201)
    const moved = await putManifest(root, 'g/p', 'v1', imageOf(config, [layer], { annotations: { a: 'b' } }))
    expect([moved.status, moved.body.toString()]).toEqual([403, expect.stringContaining('immutable')])
    expect((await root.send('DELETE', '/v2/g/p/manifests/v1')).status).toBe(403)
    expect((await root.send('DELETE', `/v2/g/p/manifests/${manifest.digest}`)).status).toBe(403)
    root.close()
  })

  test('a protected repository refuses pushes below its level', async () => {
    const rules = '/projects/1/registry/protection/repository/rules'
    const { body } = await api.call('root', 'POST', rules, {
      repository_path_pattern: 'g/p/prod*',
      minimum_access_level_for_push: 'maintainer',
    })
    registry.pass(1000)
    const refused = await client.send('POST', '/v2/g/p/prod/blobs/uploads/')
    expect([refused.status, refused.body.toString()]).toEqual([403, expect.stringContaining('is protected')])
    const rule = `${rules}/${(body as { id: number }).id}`
    expect((await api.call('root', 'PATCH', rule, { minimum_access_level_for_push: 'owner' })).body).toMatchObject({
      minimum_access_level_for_push: 'owner',
    })
    const same = { repository_path_pattern: 'g/p/prod*', minimum_access_level_for_delete: 'owner' }
    expect((await api.call('root', 'POST', rules, same)).status).toBe(400)
    expect((await api.call('root', 'PATCH', rule, { minimum_access_level_for_push: null })).status).toBe(400)
    expect((await api.call('root', 'DELETE', rule)).status).toBe(204)
    registry.pass(1000)
    expect((await client.send('POST', '/v2/g/p/prod/blobs/uploads/')).status).toBe(202)
  })
})

describe('quota and usage', () => {
  test('count each blob of a project once, and tell what comes back', async () => {
    const { config, layer } = await pushImage(client, 'g/p', 'v1')
    await client.send('POST', `/v2/g/p/copy/blobs/uploads/?mount=${layer.digest}&from=g/p`)
    await pushBlob(client, 'g/p', randomContent(5000))
    const { body } = await api.call('reporter', 'GET', '/projects/1/registry/usage')
    const imageBytes = config.bytes.length + layer.bytes.length
    expect(body).toEqual({
      used_bytes: imageBytes + 5000,
      reclaimable_bytes: 5000,
      repositories: 2,
      tags: 1,
      quota_bytes: null,
    })
  })

  test('a full project refuses pushes with a sentence, while they come in as well', async () => {
    expect((await api.call('dev', 'PUT', '/slipway/registry/quotas/1', { quota_bytes: 1 })).status).toBe(403)
    await api.call('root', 'PUT', '/slipway/registry/quotas/1', { quota_bytes: 10_000 })
    registry.pass(1000)
    await pushBlob(client, 'g/p', randomContent(6000))
    registry.pass(1000)
    const tooMuch = await pushBlob(client, 'g/p', randomContent(6000))
    expect([tooMuch.status, tooMuch.body.toString()]).toEqual([403, expect.stringContaining('registry is full')])
    await pushBlob(client, 'g/p', randomContent(4000))
    registry.pass(1000)
    expect((await client.send('POST', '/v2/g/p/blobs/uploads/')).status).toBe(403)
  })
})

test('other registries are listed for who is known here, without what opens them', async () => {
  const { status, body, text } = await api.call('reporter', 'GET', '/slipway/registry/upstreams')
  expect(status).toBe(200)
  expect(body).toEqual([
    {
      name: 'hub',
      url: 'https://registry-1.docker.io',
      has_credentials: true,
      tag_lifetime_seconds: 3600,
      is_mirror_of_jobs: true,
      prefix: 'registry.example.com/dependency_proxy/hub/',
    },
  ])
  expect(text).not.toMatch(/the password|mirror\.internal/)
  expect((await api.call(null, 'GET', '/slipway/registry/upstreams')).status).toBe(401)
})

describe('following an image', () => {
  const follow = (body: object, project = 1) => api.call('root', 'POST', `/projects/${project}/registry/follows`, body)

  test('starts the follower’s pipeline at a push, once for each digest', async () => {
    const { body } = await follow({ project: 'g/other', image: 'base', tag_pattern: 'latest|v.*' })
    expect(body).toMatchObject({ repository: 'g/other/base', ref: 'main', runs: [] })
    const { manifest } = await pushImage(client, 'g/other/base', 'latest')
    await putManifest(client, 'g/other/base', 'v1', manifest)
    await pushImage(client, 'g/other/base', 'dev')
    await pushImage(client, 'g/other', 'latest')
    await registry.registry().dispatch()
    expect(started).toEqual([
      {
        projectId: 1,
        userId: 1,
        ref: 'main',
        variables: expect.objectContaining({
          SLIPWAY_FOLLOWED_TAG: 'latest',
          SLIPWAY_FOLLOWED_DIGEST: manifest.digest,
        }),
      },
    ])
    await pushImage(client, 'g/other/base', 'latest')
    await registry.registry().dispatch()
    expect(started).toHaveLength(2)
  })

  test('in a circle is refused', async () => {
    expect((await follow({ project: 'g/other' })).status).toBe(201)
    const back = await follow({ project: 'g/p' }, 2)
    expect([back.status, back.text]).toEqual([400, expect.stringContaining('would follow itself')])
    expect((await follow({ project: 'g/p' })).status).toBe(400)
  })

  test('asks for the right to pull what is followed', async () => {
    registry.access.projects.get(1)?.members.set(4, 'maintainer')
    const path = '/projects/1/registry/follows'
    expect((await api.call('stranger', 'POST', path, { project: 'hidden/project' })).status).toBe(404)
    expect((await api.call('stranger', 'POST', path, { project: 'absent/project' })).status).toBe(404)
  })
})

describe('webhooks', () => {
  type Heard = { readonly headers: Readonly<Record<string, unknown>>; readonly body: string }
  async function listener(statuses: number[]) {
    const heard: Heard[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => (body += chunk))
      request.on('end', () => {
        heard.push({ headers: request.headers, body })
        response.writeHead(statuses.shift() ?? 200).end()
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    return { heard, url, close: () => new Promise(resolve => server.close(resolve)) }
  }
  const add = async (body: object) =>
    ((await api.call('root', 'POST', '/projects/1/registry/webhooks', body)).body as { id: number }).id

  test('are told of pushes and deletions in distribution’s envelope, signed', async () => {
    const { heard, url, close } = await listener([])
    const id = await add({ url, secret: 'a-long-secret' })
    const { manifest } = await pushImage(client, 'g/p', 'v1')
    await client.send('DELETE', '/v2/g/p/manifests/v1')
    await registry.registry().dispatch()
    await registry.registry().dispatch()
    await close()
    const events = heard.map(({ body }) => JSON.parse(body).events[0])
    expect(
      events.map(({ action, target, actor }) => [action, target.tag, target.digest, target.repository, actor.name]),
    ).toEqual([
      ['push', 'v1', manifest.digest, 'g/p', 'dev'],
      ['delete', 'v1', manifest.digest, 'g/p', 'dev'],
    ])
    for (const { headers, body } of heard) {
      expect(headers['content-type']).toBe('application/vnd.docker.distribution.events.v1+json')
      const expected = createHmac('sha256', 'a-long-secret')
        .update(`${headers['x-slipway-timestamp']}.${body}`)
        .digest('hex')
      expect(headers['x-slipway-signature']).toBe(`sha256=${expected}`)
    }
    const { body } = await api.call('root', 'GET', `/projects/1/registry/webhooks/${id}/deliveries`)
    expect(body).toMatchObject([{ state: 'delivered', attempts: 1, last_status: 200 }, { state: 'delivered' }])
    expect((await api.call('root', 'GET', '/projects/1/registry/webhooks')).text).not.toContain('a-long-secret')
  })

  test('are told again with growing pauses until they hear, and the log shows each state', async () => {
    const { heard, url, close } = await listener([500, 503, 200])
    const id = await add({ url })
    await pushImage(client, 'g/p', 'v1')
    const round = async () => {
      await registry.registry().dispatch()
      await registry.registry().dispatch()
      return (await api.call('root', 'GET', `/projects/1/registry/webhooks/${id}/deliveries`)).body as Record<
        string,
        unknown
      >[]
    }
    expect(await round()).toMatchObject([{ state: 'waiting', attempts: 1, last_status: 500 }])
    expect(heard).toHaveLength(1)
    registry.pass(11_000)
    expect(await round()).toMatchObject([{ state: 'waiting', attempts: 2, last_status: 503 }])
    registry.pass(11_000)
    expect(await round()).toMatchObject([{ attempts: 2 }])
    registry.pass(11_000)
    expect(await round()).toMatchObject([{ state: 'delivered', attempts: 3, last_status: 200 }])
    await close()
    expect(new Set(heard.map(({ headers }) => headers['x-slipway-event'])).size).toBe(1)
  })

  test('nobody listens: nothing is written', async () => {
    await pushImage(client, 'g/p', 'v1')
    expect(await registry.store.pendingEvents(10)).toEqual([])
  })
})

test('verify reports by lines, and names what is damaged', async () => {
  await pushImage(client, 'g/p', 'v1')
  expect((await api.call('dev', 'POST', '/slipway/registry/verify')).status).toBe(403)
  const lines = (await api.call('root', 'POST', '/slipway/registry/verify')).text.trim().split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ done: true, blobs: 2, damaged: [] })
})

test('the usage of the instance counts a blob once, and is for administrators', async () => {
  const { layer, config, manifest } = await pushImage(client, 'g/p', 'v1')
  for (const digest of [layer.digest, config.digest])
    await client.send('POST', `/v2/g/other/blobs/uploads/?mount=${digest}&from=g/p`)
  await putManifest(client, 'g/other', 'multi', indexOf([]), ociIndex)
  await putManifest(client, 'g/other', 'v1', manifest)
  expect((await api.call('dev', 'GET', '/slipway/registry/usage')).status).toBe(403)
  const { body } = await api.call('root', 'GET', '/slipway/registry/usage')
  const bytes = layer.bytes.length + config.bytes.length
  expect(body).toMatchObject({
    used_bytes: bytes,
    projects: [
      { project_id: 1, used_bytes: bytes },
      { project_id: 2, used_bytes: bytes },
    ],
  })
})
