// A sudden end at any point of a push, a deletion or a collection: what was acknowledged is there, nothing half-written is
// served, and nothing is left lying about.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  content,
  createRegistryClient,
  imageOf,
  locationOf,
  pushBlob,
  pushImage,
  putManifest,
  type RegistryClient,
  randomContent,
  withDigest,
} from '../../support/registry/registry-client.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

type Server = {
  readonly client: RegistryClient
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  /** Collects, sweeps, verifies. */
  readonly tidy: () => Promise<{ readonly blobs: number; readonly damaged: readonly unknown[] }>
  readonly stop: () => Promise<void>
}

const program = join(import.meta.dirname, '../../support/registry/fault-server.ts')
let folder: TemporaryFolder
const servers: Server[] = []

beforeEach(async () => {
  folder = await createTemporaryFolder('slipway-faults')
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
  await folder.remove()
})

async function start(point = ''): Promise<Server> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    env: { ...process.env, FOLDER: folder.path, POINT: point },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => String((await lines.next()).value)
  const client = createRegistryClient(await nextLine(), { username: 'dev', password: 'dev' })
  const server = {
    client,
    ended,
    async tidy() {
      child.kill('SIGUSR2')
      return JSON.parse(await nextLine())
    },
    stop: () => stop(child, client, ended),
  }
  servers.push(server)
  return server
}

async function stop(child: ChildProcess, client: RegistryClient, ended: Promise<void>): Promise<void> {
  client.close()
  child.kill('SIGKILL')
  await ended
}

const blobFiles = async () => {
  const all = await readdir(join(folder.path, 'registry/blobs'), { recursive: true, withFileTypes: true })
  return all
    .filter(entry => entry.isFile())
    .map(entry => entry.name)
    .sort()
}
const uploadFiles = () => readdir(join(folder.path, 'registry/uploads'))
const hexes = (...blobs: { digest: string }[]) => blobs.map(blob => blob.digest.slice(7)).sort()

/** What a push does; ends with whatever the sudden end does to the connection. */
const tryPush = (server: Server, tag: string) =>
  pushImage(server.client, 'g/p', tag).then(
    image => image,
    () => null,
  )

test.each([
  'createUpload:after',
  'append:before',
  'append:after',
  'commit:before',
  'commit:after',
  'addBlob:before',
  'addBlob:after',
  'putManifest:before',
  'putManifest:after',
])('killed at %s of a push: the older image is whole, the push can be repeated, and no orphan stays', async point => {
  const first = await start()
  const kept = await pushImage(first.client, 'g/p', 'kept')
  await first.stop()

  const second = await start(point)
  expect(await tryPush(second, 'new')).toBeNull()
  await second.ended

  const third = await start()
  for (const blob of [kept.config, kept.layer]) {
    expect((await third.client.send('GET', `/v2/g/p/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true)
  }
  const again = await pushImage(third.client, 'g/p', 'new')
  const report = await third.tidy()
  expect(report.damaged).toEqual([])
  const { tags } = (await third.client.send('GET', '/v2/g/p/tags/list')).json() as { tags: string[] }
  expect(tags).toEqual(['kept', 'new'])
  expect(await blobFiles()).toEqual(hexes(kept.config, kept.layer, again.config, again.layer))
  expect(await uploadFiles()).toEqual([])
})

test('killed after a chunk was acknowledged: the upload goes on from there in a new process, hashed anew', async () => {
  const first = await start()
  const blob = randomContent(3_000_000)
  const started = await first.client.send('POST', '/v2/g/p/blobs/uploads/')
  const half = { 'content-range': '0-1499999' }
  const patched = await first.client.send('PATCH', locationOf(started), {
    headers: half,
    body: blob.bytes.subarray(0, 1_500_000),
  })
  expect(patched.status).toBe(202)
  await first.stop()

  const second = await start()
  const status = await second.client.send('GET', locationOf(patched))
  expect([status.status, status.headers.range]).toEqual([204, '0-1499999'])
  const put = await second.client.send('PUT', withDigest(locationOf(patched), blob.digest), {
    body: blob.bytes.subarray(1_500_000),
  })
  expect(put.status).toBe(201)
  expect((await second.client.send('GET', `/v2/g/p/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true)
})

test.each(['deleteTag:before', 'deleteTag:after'])(
  'killed at %s: the tag is there or it is not, and its image is whole',
  async point => {
    const first = await start()
    const image = await pushImage(first.client, 'g/p', 'x')
    await putManifest(first.client, 'g/p', 'y', image.manifest)
    await first.stop()
    const second = await start(point)
    await second.client.send('DELETE', '/v2/g/p/manifests/x').catch(() => null)
    await second.ended
    const third = await start()
    const { tags } = (await third.client.send('GET', '/v2/g/p/tags/list')).json() as { tags: string[] }
    expect(tags).toEqual(point === 'deleteTag:before' ? ['x', 'y'] : ['y'])
    expect((await third.client.send('GET', `/v2/g/p/blobs/${image.layer.digest}`)).status).toBe(200)
  },
)

test.each([
  'reviewManifests:after',
  'reviewBlobs:after',
  'delete:before',
  'delete:after',
  'forgetBlob:before',
  'forgetBlob:after',
])('killed at %s of a collection: what is used is whole, the next collection ends the work', async point => {
  const first = await start()
  const kept = await pushImage(first.client, 'g/p', 'kept')
  await pushImage(first.client, 'g/p', 'gone')
  await first.client.send('DELETE', '/v2/g/p/manifests/gone')
  await first.stop()

  const second = await start(point)
  await second.tidy().catch(() => null)
  await second.ended

  const third = await start()
  expect((await third.tidy()).damaged).toEqual([])
  expect(await blobFiles()).toEqual(hexes(kept.config, kept.layer))
  expect((await third.client.send('GET', `/v2/g/p/blobs/${kept.layer.digest}`)).body.equals(kept.layer.bytes)).toBe(
    true,
  )
})

test('killed between the mark and the file’s end, and then pushed again: the blob is whole', async () => {
  const first = await start()
  const blob = content('comes and goes')
  await pushBlob(first.client, 'g/p', blob)
  await first.stop()
  const second = await start('delete:after')
  await second.tidy().catch(() => null)
  await second.ended
  const third = await start()
  expect((await third.client.send('HEAD', `/v2/g/p/blobs/${blob.digest}`)).status).toBe(404)
  await pushBlob(third.client, 'g/p', blob)
  const config = content('{}')
  await pushBlob(third.client, 'g/p', config)
  expect((await putManifest(third.client, 'g/p', 'x', imageOf(config, [blob]))).status).toBe(201)
  expect((await third.tidy()).damaged).toEqual([])
  expect((await third.client.send('GET', `/v2/g/p/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true)
})
