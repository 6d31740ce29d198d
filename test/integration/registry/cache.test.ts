// Images of other registries, kept here: docker-registry 2.8.2 and a registry of our own as upstreams.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createUpstreamClient } from '../../../src/registry/cache/upstream-client.ts'
import { type ControlRegistry, startControlRegistry } from '../../support/registry/control-registry.ts'
import {
  createRegistryClient,
  errorCodes,
  fetchToken,
  ociManifest,
  pushImage,
  type RegistryClient,
  randomContent,
} from '../../support/registry/registry-client.ts'
import { startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'

const hourMs = 60 * 60 * 1000
let upstream: ControlRegistry
let upstreamClient: RegistryClient
let asking: TestRegistry
let registry: TestRegistry
let client: RegistryClient
let proxy: Server
/** What the upstream was asked, as `METHOD path`; and an answer to give instead. */
const asked: string[] = []
const mirrorName = 'hub-0123.mirror.internal'
let more: Record<string, string> = {}
let instead: { status: number; headers: Record<string, string> } | null = null

beforeEach(async () => {
  asked.length = 0
  instead = null
  more = {}
  upstream = await startControlRegistry()
  upstreamClient = createRegistryClient(upstream.url, null)
  asking = await startTestRegistry()
  proxy = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (instead !== null) return void response.writeHead(instead.status, instead.headers).end()
    const answer = await fetch(`${upstream.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { accept: String(request.headers.accept) },
    })
    response
      .writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...more })
      .end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const plain = { username: null, password: null, tagLifetimeMs: hourMs, mirrorName: null }
  registry = await startTestRegistry({
    upstreams: [
      { ...plain, name: 'hub', url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, mirrorName },
      { ...plain, name: 'ours', url: asking.url, username: 'reporter', password: 'reporter' },
      { ...plain, name: 'wrong', url: asking.url, username: 'stranger', password: 'stranger' },
    ],
  })
  client = createRegistryClient(registry.url, { username: 'stranger', password: 'stranger' })
})
afterEach(async () => {
  client.close()
  upstreamClient.close()
  await new Promise(resolve => {
    proxy.close(resolve)
    proxy.closeAllConnections()
  })
  await registry.stop()
  await asking.stop()
  await upstream.stop()
  expect(registry.bugs).toEqual([])
})

const name = 'dependency_proxy/hub/library/app'
const pull = async (from: RegistryClient, repository: string, tag: string) => {
  const manifest = await from.send('GET', `/v2/${repository}/manifests/${tag}`, { headers: { accept: ociManifest } })
  const { config, layers } = manifest.json() as { config: { digest: string }; layers: { digest: string }[] }
  const blobs = []
  for (const { digest } of [config, ...layers])
    blobs.push((await from.send('GET', `/v2/${repository}/blobs/${digest}`)).body)
  return { digest: manifest.headers['docker-content-digest'], blobs }
}

test('an image is fetched once, and then pulled with the upstream unplugged', async () => {
  const { manifest, config, layer } = await pushImage(upstreamClient, 'library/app', 'v1')
  const whole = { digest: manifest.digest, blobs: [config.bytes, layer.bytes] }
  expect(await pull(client, name, 'v1')).toEqual(whole)
  await upstream.stop()
  asked.length = 0
  expect(await pull(client, name, 'v1')).toEqual(whole)
  expect(asked).toEqual([])
  expect((await client.send('GET', `/v2/${name}/manifests/${manifest.digest}`)).status).toBe(200)
})

test('a tag is checked by HEAD when its time is over, and fetched anew only if it moved', async () => {
  const first = await pushImage(upstreamClient, 'library/app', 'v1')
  await pull(client, name, 'v1')
  registry.pass(2 * hourMs)
  client = createRegistryClient(registry.url, { username: 'stranger', password: 'stranger' })
  asked.length = 0
  expect((await pull(client, name, 'v1')).digest).toBe(first.manifest.digest)
  expect(asked).toEqual(['HEAD /v2/library/app/manifests/v1'])
  const second = await pushImage(upstreamClient, 'library/app', 'v1')
  expect((await pull(client, name, 'v1')).digest).toBe(first.manifest.digest)
  registry.pass(2 * hourMs)
  client = createRegistryClient(registry.url, { username: 'stranger', password: 'stranger' })
  expect((await pull(client, name, 'v1')).digest).toBe(second.manifest.digest)
})

test('trouble and limits of the upstream: what is kept is served, what is not is told with its headers', async () => {
  const { manifest } = await pushImage(upstreamClient, 'library/app', 'v1')
  await pull(client, name, 'v1')
  registry.pass(2 * hourMs)
  client = createRegistryClient(registry.url, { username: 'stranger', password: 'stranger' })
  instead = {
    status: 429,
    headers: { 'retry-after': '60', 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0' },
  }
  expect((await pull(client, name, 'v1')).digest).toBe(manifest.digest)
  const other = await client.send('GET', `/v2/${name}/manifests/v2`)
  expect([other.status, errorCodes(other), other.headers['retry-after'], other.headers['ratelimit-limit']]).toEqual([
    429,
    ['TOOMANYREQUESTS'],
    '60',
    '100;w=21600',
  ])
  instead = { status: 500, headers: {} }
  registry.pass(60_000)
  expect((await client.send('GET', `/v2/${name}/manifests/v2`)).status).toBe(503)
  expect((await pull(client, name, 'v1')).digest).toBe(manifest.digest)
})

test('what is not there is 404, an unknown upstream and a stranger are refused', async () => {
  expect((await client.send('GET', `/v2/${name}/manifests/nothing`)).status).toBe(404)
  expect((await client.send('GET', `/v2/${name}/blobs/${randomContent(5).digest}`)).status).toBe(404)
  expect((await client.send('GET', '/v2/dependency_proxy/nobody/x/manifests/y')).status).toBe(401)
  const token = await fetchToken(registry.url, null, [`repository:${name}:pull`])
  const anonymous = createRegistryClient(registry.url, null)
  expect(
    (await anonymous.send('GET', `/v2/${name}/manifests/v1`, { headers: { authorization: `Bearer ${token}` } })).status,
  ).toBe(401)
  expect((await client.send('POST', `/v2/${name}/blobs/uploads/`)).status).toBe(401)
  anonymous.close()
})

test('an upstream with tokens is asked with its credentials, and wrong ones are told', async () => {
  const owner = createRegistryClient(asking.url, { username: 'dev', password: 'dev' })
  const { manifest } = await pushImage(owner, 'g/p', 'v1')
  owner.close()
  expect((await pull(client, 'dependency_proxy/ours/g/p', 'v1')).digest).toBe(manifest.digest)
  const refused = await client.send('GET', '/v2/dependency_proxy/wrong/g/p/manifests/v1')
  expect([refused.status, refused.body.toString()]).toEqual([
    403,
    expect.stringContaining('does not let this server pull that'),
  ])
})

test('many who ask for one blob at once make one fetch, and each gets it whole', async () => {
  const { layer } = await pushImage(upstreamClient, 'library/app', 'v1')
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => client.send('GET', `/v2/${name}/blobs/${layer.digest}`)),
  )
  for (const reply of replies) expect(reply.body.equals(layer.bytes)).toBe(true)
  expect(asked.filter(line => line.includes('/blobs/'))).toHaveLength(1)
})

test('a blob that is not what its digest says is cut off and not kept', async () => {
  const { layer } = await pushImage(upstreamClient, 'library/app', 'v1')
  const wrong = randomContent(layer.bytes.length)
  proxy.removeAllListeners('request')
  proxy.on('request', (_request, response) =>
    response.writeHead(200, { 'content-length': wrong.bytes.length }).end(wrong.bytes),
  )
  await expect(client.send('GET', `/v2/${name}/blobs/${layer.digest}`)).rejects.toThrow()
  expect(
    await registry.store.blob({ projectId: 0, suffix: 'hub/library/app' }, layer.digest as `sha256:${string}`),
  ).toBeNull()
  registry.bugs.length = 0
})

test('under its mirror’s name an upstream is given as itself, without a token, and takes nothing', async () => {
  const { manifest, config, layer } = await pushImage(upstreamClient, 'library/app', 'v1')
  const asMirror = createRegistryClient(registry.url, null)
  const plain: RegistryClient = {
    ...asMirror,
    send: (method, path, options = {}) =>
      asMirror.send(method, path, { ...options, headers: { ...options.headers, host: `${mirrorName}:8080` } }),
  }
  expect((await plain.send('GET', '/v2/')).status).toBe(200)
  expect(await pull(plain, 'library/app', 'v1')).toEqual({
    digest: manifest.digest,
    blobs: [config.bytes, layer.bytes],
  })
  expect((await plain.send('PUT', '/v2/library/app/manifests/v2', { body: 'x' })).status).toBe(405)
  expect((await plain.send('GET', '/v2/library/app/tags/list')).status).toBe(404)
  expect((await asMirror.send('GET', '/v2/library/app/manifests/v1')).status).toBe(401)
  plain.close()
})

test('an upstream that has had enough is left alone for as long as it said, and its limits are passed on', async () => {
  await pushImage(upstreamClient, 'library/app', 'v1')
  instead = { status: 429, headers: { 'retry-after': '60' } }
  expect((await client.send('GET', `/v2/${name}/manifests/v1`)).status).toBe(429)
  instead = null
  asked.length = 0
  registry.pass(20_000)
  const refused = await client.send('GET', `/v2/${name}/manifests/v1`)
  expect([refused.status, Number(refused.headers['retry-after']) <= 40, asked]).toEqual([429, true, []])
  registry.pass(41_000)
  more = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '99;w=21600' }
  const given = await client.send('GET', `/v2/${name}/manifests/v1`)
  expect([given.status, given.headers['ratelimit-remaining']]).toEqual([200, '99;w=21600'])
})

test('many who ask for one image at once make one fetch of its manifest', async () => {
  const { manifest } = await pushImage(upstreamClient, 'library/app', 'v1')
  const replies = await Promise.all(Array.from({ length: 8 }, () => client.send('GET', `/v2/${name}/manifests/v1`)))
  expect(new Set(replies.map(reply => reply.headers['docker-content-digest']))).toEqual(new Set([manifest.digest]))
  expect(asked).toEqual(['GET /v2/library/app/manifests/v1'])
})

test('credentials never go to a realm without encryption when the upstream has one, nor into an answer', async () => {
  const heard: string[] = []
  const thief = createServer((request, response) => {
    heard.push(String(request.headers.authorization))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"t"}')
  })
  await new Promise<void>(resolve => thief.listen(0, '127.0.0.1', resolve))
  const realm = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/token`
  const upstream = createUpstreamClient(
    { name: 'x', url: 'https://x.test', username: 'me', password: 'hush-hush', tagLifetimeMs: 1, mirrorName: null },
    Date.now,
    async (url, init) =>
      new URL(String(url)).protocol === 'https:'
        ? new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}",service="s"` } })
        : fetch(url, init),
  )
  const refusal = await upstream.manifest('app', 'v1', new AbortController().signal).catch((error: unknown) => error)
  expect(String(refusal)).toContain('without encryption')
  expect(String(refusal)).not.toContain('hush-hush')
  expect(heard).toEqual([])
  await new Promise(resolve => thief.close(resolve))
})

test('an image of Docker Hub’s own goes by its short name too', async () => {
  const { manifest } = await pushImage(upstreamClient, 'library/app', 'v1')
  expect((await pull(client, 'dependency_proxy/hub/app', 'v1')).digest).toBe(manifest.digest)
  asked.length = 0
  expect((await pull(client, name, 'v1')).digest).toBe(manifest.digest)
  expect(asked).toEqual([])
})

test('what is kept belongs to no project, and so to none that has gone', async () => {
  await pushImage(upstreamClient, 'library/app', 'v1')
  await pull(client, name, 'v1')
  expect(await registry.store.projectsWithImages()).toEqual([])
})

test('what nobody has asked for in two weeks goes', async () => {
  await pushImage(upstreamClient, 'library/app', 'v1')
  await pull(client, name, 'v1')
  registry.pass(15 * 24 * hourMs)
  expect((await registry.registry().collector.collect(new AbortController().signal)).blobs).toBe(2)
})
