// Hostile input ends bounded, in a refusal of the protocol's own; a full disk loses nothing.
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
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
import { startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'
import { createSmallDisk } from '../../support/small-disk.ts'
import { createTemporaryFolder } from '../../support/temporary.ts'

let registry: TestRegistry
let client: RegistryClient

beforeEach(async () => {
  registry = await startTestRegistry()
  client = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
})
afterEach(async () => {
  client.close()
  await registry.stop()
  expect(registry.bugs).toEqual([])
})

test('random paths, methods, headers and bodies are answered, and never with an internal error', async () => {
  await pushImage(client, 'g/p', 'x')
  const { body: _, headers } = await client.send('POST', '/v2/g/p/blobs/uploads/')
  const parts = [
    'v2',
    'g',
    'p',
    'blobs',
    'uploads',
    'manifests',
    'tags',
    'list',
    'referrers',
    '_catalog',
    'x',
    '..',
    '%2e%2e',
    '%00',
    '%ff',
    'A'.repeat(300),
    `sha256:${'0'.repeat(64)}`,
    'sha256:x',
    String(headers['docker-upload-uuid']),
    '',
  ]
  const values = [
    '0-1',
    'bytes=0-1',
    'bytes=-',
    '999999999999999-1',
    '*',
    '"x"',
    'a,b',
    '\u00e9',
    '0'.repeat(500),
    'application/json',
    '{}',
  ]
  const names = [
    'content-range',
    'range',
    'if-match',
    'if-none-match',
    'content-type',
    'if-range',
    'accept',
    'expect-nothing',
  ]
  let state = 7
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below
  const pick = (list: readonly string[]) => list[random(list.length)] ?? ''
  const authorization = `Basic ${Buffer.from('dev:dev').toString('base64')}`
  for (let round = 0; round < 1500; round++) {
    const path = `/v2/${Array.from({ length: 1 + random(7) }, () => pick(parts)).join('/')}${random(3) === 0 ? `?${pick(['n', 'last', 'digest', 'mount', 'from', 'tag'])}=${pick(parts)}` : ''}`
    const method = pick(['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'])
    const options = {
      headers: { authorization, [pick(names)]: pick(values) },
      ...(random(2) === 0 ? { body: pick(values) } : {}),
    }
    const plain = createRegistryClient(registry.url, null)
    const reply = await plain.send(method, path, options)
    plain.close()
    expect([reply.status < 500, method, path]).toEqual([true, method, path])
  }
})

test('a refusal before the body is read reaches the client, whatever it still wanted to send', async () => {
  const project = registry.access.projects.get(1)
  const started = await client.send('POST', '/v2/g/p/blobs/uploads/')
  project?.members.set(2, 'reporter')
  registry.pass(1000)
  const reply = await client.send('PATCH', locationOf(started), {
    pieces: [Buffer.alloc(100_000), Buffer.alloc(100_000)],
  })
  expect(reply.status).toBe(403)
})

test('a body without end is cut off once it is refused', async () => {
  const { hostname, port } = new URL(registry.url)
  const socket = connect(Number(port), hostname)
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.write('PATCH /v2/g/p/blobs/uploads/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')])
  const pump = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', pump)
  pump()
  await closed
})

test('a client that goes away leaves an upload that stands where its bytes end, and can go on', async () => {
  const blob = randomContent(3_000_000)
  const started = await client.send('POST', '/v2/g/p/blobs/uploads/')
  await client
    .send('PATCH', locationOf(started), { pieces: [blob.bytes.subarray(0, 2_000_000)], cut: true })
    .catch(() => null)
  let at = 0
  await expect
    .poll(async () => {
      const { headers } = await client.send('GET', locationOf(started))
      at = Number(String(headers.range).slice(2)) + 1
      return at
    })
    .toBeGreaterThan(1)
  const rest = await client.send('PATCH', locationOf(started), {
    headers: { 'content-range': `${at}-2999999` },
    body: blob.bytes.subarray(at),
  })
  expect(rest.status).toBe(202)
  expect((await client.send('PUT', withDigest(locationOf(rest), blob.digest))).status).toBe(201)
})

test('twenty pushes of one layer at once all succeed, and one file stays', async () => {
  const blob = randomContent(500_000)
  const replies = await Promise.all(Array.from({ length: 20 }, () => pushBlob(client, 'g/p', blob)))
  expect(replies.map(reply => reply.status)).toEqual(replies.map(() => 201))
  const files = []
  for await (const { digest } of registry.storage.blobs()) files.push(digest)
  expect(files).toEqual([blob.digest])
})

test('a disk too full for records is told the same, and what was there stays whole', async () => {
  const disk = await createSmallDisk(12)
  const full = await startTestRegistry({}, { folder: disk.path })
  const pusher = createRegistryClient(full.url, { username: 'dev', password: 'dev' })
  const latest = '/v2/g/p/manifests/x'
  try {
    const { config, layer, manifest } = await pushImage(pusher, 'g/p', 'x')
    await disk.fill()
    const other = imageOf(config, [layer], { annotations: { long: 'x'.repeat(500_000) } })
    const refused = await putManifest(pusher, 'g/p', 'x', other)
    expect([refused.status, refused.body.toString()]).toEqual([
      507,
      expect.stringContaining('disk of the registry is full'),
    ])
    expect((await pusher.send('GET', latest)).body.equals(manifest.bytes)).toBe(true)
    await disk.free()
    expect((await putManifest(pusher, 'g/p', 'x', other)).status).toBe(201)
    expect((await pusher.send('GET', latest)).body.equals(other.bytes)).toBe(true)
    expect(full.bugs).toEqual([])
  } finally {
    pusher.close()
    await full.stop()
    await disk.remove()
  }
})

test('a full disk is told with 507 and a sentence, and what was there stays whole', async () => {
  const folder = await createTemporaryFolder('slipway-full')
  await mkdir(join(folder.path, 'registry'))
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', join(folder.path, 'registry')])
  const full = await startTestRegistry({}, { folder: folder.path })
  const pusher = createRegistryClient(full.url, { username: 'dev', password: 'dev' })
  try {
    const { config, layer } = await pushImage(pusher, 'g/p', 'x')
    const large = await pushBlob(pusher, 'g/p', randomContent(5_000_000))
    expect([large.status, large.body.toString()]).toEqual([
      507,
      expect.stringContaining('disk of the registry is full'),
    ])
    expect((await pusher.send('GET', `/v2/g/p/blobs/${layer.digest}`)).body.equals(layer.bytes)).toBe(true)
    const small = randomContent(1000)
    for await (const { id } of full.storage.uploads()) await full.storage.deleteUpload(id)
    expect((await pushBlob(pusher, 'g/p', small)).status).toBe(201)
    expect((await putManifest(pusher, 'g/p', 'y', imageOf(config, [small]))).status).toBe(201)
    expect(full.bugs).toEqual([])
  } finally {
    pusher.close()
    await full.stop()
    await execa('umount', [join(folder.path, 'registry')])
    await folder.remove()
  }
})
