// Space comes back while everything goes on, and nothing that somebody counts on ever goes.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { blobsOnDisk, neededDigests } from '../../support/registry/disk.ts'
import { race } from '../../support/registry/race.ts'
import {
  createRegistryClient,
  imageOf,
  indexOf,
  ociIndex,
  ociManifest,
  pushBlob,
  pushImage,
  putManifest,
  type RegistryClient,
  randomContent,
} from '../../support/registry/registry-client.ts'
import { startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs
let registry: TestRegistry
let client: RegistryClient

beforeEach(async () => {
  registry = await startTestRegistry()
  client = createRegistryClient(registry.url, { username: 'root', password: 'root' })
})
afterEach(async () => {
  client.close()
  await registry.stop()
  expect(registry.bugs).toEqual([])
})

const collect = () => registry.registry().collector.collect(new AbortController().signal)
const sweep = () => registry.registry().sweeper.sweep(new AbortController().signal)
const status = async (path: string) => {
  // A new client each time: its tokens are as old as the moved clock.
  const fresh = createRegistryClient(registry.url, { username: 'root', password: 'root' })
  const reply = await fresh.send('GET', path)
  fresh.close()
  return reply.status
}
const push = async (tag: string) => pushImage(createClient(), 'g/p', tag)
function createClient(): RegistryClient {
  client.close()
  client = createRegistryClient(registry.url, { username: 'root', password: 'root' })
  return client
}

test('what a tag holds stays for ever', async () => {
  const { manifest } = await push('x')
  registry.pass(400 * dayMs)
  expect(await collect()).toEqual({ manifests: 0, blobs: 0, bytes: 0 })
  expect(await status(`/v2/g/p/manifests/${manifest.digest}`)).toBe(200)
})

test('a blob that no manifest came for goes after its grace, with its bytes', async () => {
  await pushBlob(client, 'g/p', randomContent(1000))
  registry.pass(dayMs - hourMs)
  expect((await collect()).blobs).toBe(0)
  registry.pass(2 * hourMs)
  expect(await collect()).toEqual({ manifests: 0, blobs: 1, bytes: 1000 })
  expect(await blobsOnDisk(registry)).toEqual([])
})

test('an answer that a blob is there renews its grace', async () => {
  const blob = randomContent(1000)
  await pushBlob(client, 'g/p', blob)
  registry.pass(dayMs - hourMs)
  expect((await createClient().send('HEAD', `/v2/g/p/blobs/${blob.digest}`)).status).toBe(200)
  registry.pass(dayMs - hourMs)
  expect((await collect()).blobs).toBe(0)
})

test('a deleted tag frees its image after the grace for untagged manifests, and then its blobs', async () => {
  await push('x')
  await client.send('DELETE', '/v2/g/p/manifests/x')
  registry.pass(6 * dayMs)
  expect((await collect()).manifests).toBe(0)
  registry.pass(2 * dayMs)
  expect(await collect()).toMatchObject({ manifests: 1, blobs: 0 })
  registry.pass(2 * dayMs)
  expect((await collect()).blobs).toBe(2)
})

test('a moved tag frees what it pointed at, and nothing that the new image shares with it', async () => {
  const { config, layer, manifest } = await push('x')
  const other = randomContent(500)
  await pushBlob(client, 'g/p', other)
  const next = imageOf(config, [other])
  await putManifest(client, 'g/p', 'x', next)
  for (let day = 0; day < 12; day++) {
    registry.pass(dayMs)
    await collect()
  }
  expect(await status(`/v2/g/p/manifests/${manifest.digest}`)).toBe(404)
  expect(await status(`/v2/g/p/blobs/${layer.digest}`)).toBe(404)
  expect(await blobsOnDisk(registry)).toEqual([config.digest, other.digest].sort())
})

test('a blob that another repository holds stays there', async () => {
  const { layer } = await push('x')
  const mounted = await client.send('POST', `/v2/g/other/blobs/uploads/?mount=${layer.digest}&from=g/p`)
  expect(mounted.status).toBe(201)
  const config = randomContent(10)
  await pushBlob(client, 'g/other', config)
  await putManifest(client, 'g/other', 'y', imageOf(config, [layer]))
  const reply = await client.send('GET', '/v2/g/p/manifests/x', { headers: { accept: ociManifest } })
  await client.send('DELETE', `/v2/g/p/manifests/${reply.headers['docker-content-digest']}`)
  registry.pass(2 * dayMs)
  expect((await collect()).blobs).toBe(1)
  expect(await status(`/v2/g/other/blobs/${layer.digest}`)).toBe(200)
  expect(await status(`/v2/g/p/blobs/${layer.digest}`)).toBe(404)
})

test('children of an index and what refers to an image live as long as it', async () => {
  const { manifest, config, layer } = await push('x')
  const index = indexOf([manifest])
  await putManifest(client, 'g/p', 'multi', index, ociIndex)
  const signature = imageOf(config, [layer], {
    subject: { mediaType: ociIndex, digest: index.digest, size: index.bytes.length },
  })
  await putManifest(client, 'g/p', signature.digest, signature)
  await client.send('DELETE', '/v2/g/p/manifests/x')
  registry.pass(100 * dayMs)
  expect((await collect()).manifests).toBe(0)

  await createClient().send('DELETE', '/v2/g/p/manifests/multi')
  for (let day = 0; day < 12; day++) {
    registry.pass(dayMs)
    await collect()
  }
  expect(await blobsOnDisk(registry)).toEqual([])
  expect(await registry.database.selectFrom('registry_manifest').select('id').execute()).toEqual([])
})

test('a manifest pushed by digest waits for its index', async () => {
  const { config, layer } = await push('x')
  const child = imageOf(config, [layer], { annotations: { child: 'yes' } })
  await putManifest(client, 'g/p', child.digest, child)
  registry.pass(8 * dayMs)
  // Somebody who sees it may be about to push an index of it.
  expect(await status(`/v2/g/p/manifests/${child.digest}`)).toBe(200)
  expect((await collect()).manifests).toBe(0)
  registry.pass(2 * dayMs)
  expect((await collect()).manifests).toBe(1)
})

test('a push of a digest that is marked brings it back whole', async () => {
  const blob = randomContent(1000)
  await pushBlob(client, 'g/p', blob)
  registry.pass(2 * dayMs)
  await registry.store.reviewBlobs(new Date(Date.now() + 10 * dayMs).toISOString(), 10)
  expect(await registry.store.isMarked(blob.digest as `sha256:${string}`)).toBe(true)
  await pushBlob(createClient(), 'g/p', blob)
  await collect()
  const reply = await client.send('GET', `/v2/g/p/blobs/${blob.digest}`)
  expect(reply.body.equals(blob.bytes)).toBe(true)
})

test('an upload that stands still is purged, one that goes on is not', async () => {
  await client.send('POST', '/v2/g/p/blobs/uploads/')
  const files = () => readdir(join(registry.folder, 'registry', 'uploads'))
  expect(await sweep()).toMatchObject({ uploads: 0 })
  expect(await files()).toHaveLength(1)
  registry.pass(2 * dayMs)
  expect(await sweep()).toMatchObject({ uploads: 1 })
  expect(await files()).toEqual([])
})

test('damage is found: a changed byte, a cut file, a missing file', async () => {
  const { manifest: _, layer, config } = await push('x')
  const verify = () => registry.registry().sweeper.verify(new AbortController().signal, () => {})
  expect(await verify()).toMatchObject({ blobs: 2, damaged: [] })
  const { truncate, writeFile, rm } = await import('node:fs/promises')
  const file = (digest: string) => join(registry.folder, 'registry/blobs/sha256', digest.slice(7, 9), digest.slice(7))
  await writeFile(file(layer.digest), Buffer.alloc(1000, 1))
  await rm(file(config.digest))
  expect((await verify()).damaged.map(damage => damage.kind).sort()).toEqual(['missing', 'wrong_digest'])
  await truncate(file(layer.digest), 10)
  expect((await verify()).damaged.map(damage => damage.kind).sort()).toEqual(['missing', 'wrong_size'])

  // A damaged blob is never served, and a push heals it.
  expect(await status(`/v2/g/p/blobs/${layer.digest}`)).toBe(500)
  expect(await status(`/v2/g/p/blobs/${config.digest}`)).toBe(500)
  expect(registry.bugs.splice(0)).toHaveLength(2)
  await pushBlob(client, 'g/p', layer)
  await pushBlob(client, 'g/p', config)
  expect((await verify()).damaged).toEqual([])
})

test('pushers in a loop, tags moved and deleted at random, no grace: what is listed pulls whole, and the disk holds what is needed', async () => {
  await client.close()
  await registry.stop()
  registry = await startTestRegistry({ grace: { blobMs: 0, untaggedMs: 0, abandonedMs: 0 } })
  client = createRegistryClient(registry.url, { username: 'root', password: 'root' })
  const outcome = await race(registry, { pushers: 8, durationMs: 3000, seed: 1 })
  expect(outcome.pushed).toBeGreaterThan(0)
  expect(outcome.broken).toEqual([])
  for (let round = 0; round < 5; round++) await collect()
  expect(await blobsOnDisk(registry)).toEqual(await neededDigests(registry))
})
