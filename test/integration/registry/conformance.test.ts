// The OCI distribution specification 1.1 as questions, put to our registry and, as a control, to docker-registry 2.8.2. What
// the control is known to answer otherwise is listed; those tests must fail there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startControlRegistry } from '../../support/registry/control-registry.ts'
import {
  content,
  createRegistryClient,
  descriptor,
  errorCodes,
  imageOf,
  indexOf,
  locationOf,
  ociIndex,
  ociManifest,
  pushBlob,
  pushImage,
  putManifest,
  type RegistryClient,
  randomContent,
  withDigest,
} from '../../support/registry/registry-client.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const octets = { 'content-type': 'application/octet-stream' }
const missing = `sha256:${'0'.repeat(64)}`

type Target = {
  readonly name: string
  readonly start: () => Promise<{ readonly client: RegistryClient; readonly stop: () => Promise<void> }>
  readonly deviations: ReadonlySet<string>
}

const ours: Target = {
  name: 'our registry',
  async start() {
    const registry = await startTestRegistry()
    const client = createRegistryClient(registry.url, { username: 'root', password: 'root' })
    const stop = async () => {
      client.close()
      await registry.stop()
      expect(registry.bugs).toEqual([])
    }
    return { client, stop }
  },
  deviations: new Set(),
}

const control: Target = {
  name: 'docker-registry 2.8.2',
  async start() {
    const registry = await startControlRegistry()
    const client = createRegistryClient(registry.url, null)
    const stop = async () => {
      client.close()
      await registry.stop()
    }
    return { client, stop }
  },
  deviations: new Set([
    'a single POST stores the blob',
    'a chunk out of order is refused with where the upload stands, and the upload lives on',
    'a repeated chunk is refused, even at its old location',
    'a last chunk out of order is refused, and the upload lives on',
    'a chunk whose length contradicts its place is refused',
    'a stale location of an upload still tells where it stands',
    'a mount without a source finds the blob by itself',
    'a range that cannot be satisfied is refused with the size',
    'deleting a tag leaves the digest and its other tags',
    'n=0 lists nothing',
    'a garbled n is refused',
    'a repository without tags lists none',
    'a manifest of nearly 4 MiB is taken, a larger one refused with 413',
    'a manifest pushed by digest with tags gets them all',
    'a conditional put of a tag is refused when the tag moved',
    'a manifest may be known by its sha512',
    'a subject need not exist, and is acknowledged',
    'referrers are listed with their type and annotations',
    'referrers are filtered by type',
    'nobody refers: an empty index, never 404',
    'a bad digest of a subject is refused',
    'a foreign layer need not be here',
    'are listed in bytewise order, in pages',
    'a deleted referrer is listed no more',
    'methods that a route lacks are answered with Allow',
    'extensions can be discovered',
  ]),
}

describe.each([ours, control])('$name', target => {
  let client: RegistryClient
  let stop: () => Promise<void>
  let repositories = 0
  const fresh = () => `g/p/conformance-${++repositories}`

  beforeAll(async () => {
    const started = await target.start()
    client = started.client
    stop = started.stop
  })
  afterAll(() => stop())

  function check(name: string, work: () => Promise<void>): void {
    if (target.deviations.has(name)) test.fails(name, work)
    else test(name, work)
  }
  const start = async (name: string) => client.send('POST', `/v2/${name}/blobs/uploads/`)
  const chunk = (location: string, bytes: Buffer, first: number) =>
    client.send('PATCH', location, {
      headers: { ...octets, 'content-range': `${first}-${first + bytes.length - 1}` },
      body: bytes,
    })

  describe('base', () => {
    check('GET /v2/ says that it is a registry', async () => {
      const reply = await client.send('GET', '/v2/')
      expect(reply.status).toBe(200)
      expect(reply.headers['docker-distribution-api-version']).toBe('registry/2.0')
    })
    check('methods that a route lacks are answered with Allow', async () => {
      const reply = await client.send('POST', '/v2/g/p/manifests/latest')
      expect(reply.status).toBe(405)
      expect(reply.headers.allow).toContain('PUT')
      expect(errorCodes(reply)).toEqual(['UNSUPPORTED'])
    })
    check('a bad name is refused', async () => {
      const reply = await client.send('GET', '/v2/G/P/tags/list')
      expect([400, 404]).toContain(reply.status)
    })
    check('a repository may be called a/blobs/uploads', async () => {
      await pushImage(client, 'g/p/a/blobs/uploads', 'x')
      expect((await client.send('GET', '/v2/g/p/a/blobs/uploads/tags/list')).json()).toEqual({
        name: 'g/p/a/blobs/uploads',
        tags: ['x'],
      })
    })
    check('extensions can be discovered', async () => {
      expect((await client.send('GET', '/v2/_oci/ext/discover')).json()).toEqual({ extensions: [] })
    })
    check('the catalog lists repositories', async () => {
      const name = fresh()
      await pushImage(client, name, 'x')
      const { repositories: names } = (await client.send('GET', '/v2/_catalog')).json() as { repositories: string[] }
      expect(names).toContain(name)
    })
  })

  describe('uploads', () => {
    check('POST, then PUT with the whole body, stores the blob', async () => {
      const [name, blob] = [fresh(), randomContent(100_000)]
      const started = await start(name)
      expect(started.status).toBe(202)
      expect(started.headers['docker-upload-uuid']).toBeTruthy()
      const put = await client.send('PUT', withDigest(locationOf(started), blob.digest), {
        headers: octets,
        body: blob.bytes,
      })
      expect(put.status).toBe(201)
      expect(put.headers['docker-content-digest']).toBe(blob.digest)
      expect((await client.send('GET', locationOf(put))).body.equals(blob.bytes)).toBe(true)
    })
    check('a single POST stores the blob', async () => {
      const [name, blob] = [fresh(), randomContent(1000)]
      const reply = await client.send('POST', `/v2/${name}/blobs/uploads/?digest=${blob.digest}`, {
        headers: octets,
        body: blob.bytes,
      })
      expect(reply.status).toBe(201)
      expect((await client.send('GET', `/v2/${name}/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true)
    })
    check('one streamed PATCH without type, length and range, then an empty PUT, as docker does', async () => {
      const [name, blob] = [fresh(), randomContent(300_000)]
      const started = await start(name)
      const patched = await client.send('PATCH', locationOf(started), {
        pieces: [blob.bytes.subarray(0, 1), blob.bytes.subarray(1, 200_000), blob.bytes.subarray(200_000)],
      })
      expect(patched.status).toBe(202)
      expect(patched.headers.range).toBe('0-299999')
      const put = await client.send('PUT', withDigest(locationOf(patched), blob.digest))
      expect(put.status).toBe(201)
      const head = await client.send('HEAD', `/v2/${name}/blobs/${blob.digest}`)
      expect([head.status, head.headers['content-length']]).toEqual([200, '300000'])
    })
    check('chunks in order, the last one with the PUT', async () => {
      const [name, blob] = [fresh(), randomContent(3000)]
      const started = await start(name)
      const first = await chunk(locationOf(started), blob.bytes.subarray(0, 1000), 0)
      expect([first.status, first.headers.range]).toEqual([202, '0-999'])
      const second = await chunk(locationOf(first), blob.bytes.subarray(1000, 2000), 1000)
      expect(second.headers.range).toBe('0-1999')
      const put = await client.send('PUT', withDigest(locationOf(second), blob.digest), {
        headers: { ...octets, 'content-range': '2000-2999' },
        body: blob.bytes.subarray(2000),
      })
      expect(put.status).toBe(201)
    })
    check('a chunk out of order is refused with where the upload stands, and the upload lives on', async () => {
      const [name, blob] = [fresh(), randomContent(2000)]
      const first = await chunk(locationOf(await start(name)), blob.bytes.subarray(0, 1000), 0)
      const wrong = await chunk(locationOf(first), blob.bytes.subarray(1000), 1500)
      expect([wrong.status, wrong.headers.range]).toEqual([416, '0-999'])
      const second = await chunk(locationOf(wrong), blob.bytes.subarray(1000), 1000)
      expect((await client.send('PUT', withDigest(locationOf(second), blob.digest))).status).toBe(201)
    })
    check('a repeated chunk is refused, even at its old location', async () => {
      const blob = randomContent(2000)
      const started = await start(fresh())
      await chunk(locationOf(started), blob.bytes.subarray(0, 1000), 0)
      expect((await chunk(locationOf(started), blob.bytes.subarray(0, 1000), 0)).status).toBe(416)
    })
    check('a last chunk out of order is refused, and the upload lives on', async () => {
      const [name, blob] = [fresh(), randomContent(2000)]
      const first = await chunk(locationOf(await start(name)), blob.bytes.subarray(0, 1000), 0)
      const last = (at: number) =>
        client.send('PUT', withDigest(locationOf(first), blob.digest), {
          headers: { ...octets, 'content-range': `${at}-${at + 999}` },
          body: blob.bytes.subarray(1000),
        })
      expect((await last(0)).status).toBe(416)
      expect((await last(1000)).status).toBe(201)
    })
    check('a chunk whose length contradicts its place is refused', async () => {
      const reply = await client.send('PATCH', locationOf(await start(fresh())), {
        headers: { ...octets, 'content-range': '0-99' },
        body: Buffer.alloc(50),
      })
      expect([reply.status, errorCodes(reply)]).toEqual([400, ['SIZE_INVALID']])
    })
    check('a stale location of an upload still tells where it stands', async () => {
      const started = await start(fresh())
      await chunk(locationOf(started), Buffer.alloc(10), 0)
      const status = await client.send('GET', locationOf(started))
      expect([status.status, status.headers.range]).toEqual([204, '0-9'])
    })
    check('a fresh upload tells a range', async () => {
      const status = await client.send('GET', locationOf(await start(fresh())))
      expect([status.status, status.headers.range]).toEqual([204, '0-0'])
    })
    check('a cancelled upload is gone', async () => {
      const location = locationOf(await start(fresh()))
      expect((await client.send('DELETE', location)).status).toBe(204)
      const status = await client.send('GET', location)
      expect([status.status, errorCodes(status)]).toEqual([404, ['BLOB_UPLOAD_UNKNOWN']])
    })
    check('an unknown upload is 404', async () => {
      const reply = await client.send('PATCH', '/v2/g/p/blobs/uploads/11111111-2222-4333-8444-555555555555', {
        headers: octets,
        body: 'x',
      })
      expect(reply.status).toBe(404)
    })
    check('an upload belongs to its repository', async () => {
      const [name, other] = [fresh(), fresh()]
      const location = locationOf(await start(name))
      await start(other)
      const reply = await client.send('PATCH', location.replace(name, other), { headers: octets, body: 'x' })
      expect(reply.status).toBeGreaterThanOrEqual(400)
    })
    check('a wrong digest is refused, and nothing is stored', async () => {
      const [name, blob] = [fresh(), randomContent(100)]
      const reply = await client.send('PUT', withDigest(locationOf(await start(name)), blob.digest), {
        headers: octets,
        body: 'other',
      })
      expect([reply.status, errorCodes(reply)]).toEqual([400, ['DIGEST_INVALID']])
      expect((await client.send('HEAD', `/v2/${name}/blobs/${blob.digest}`)).status).toBe(404)
    })
    check('a digest that is none is refused', async () => {
      const reply = await client.send('PUT', withDigest(locationOf(await start(fresh())), 'sha256:nonsense'), {
        headers: octets,
        body: 'x',
      })
      expect([reply.status, errorCodes(reply)]).toEqual([400, ['DIGEST_INVALID']])
    })
    check('the empty blob can be pushed', async () => {
      const [name, blob] = [fresh(), content('')]
      expect((await pushBlob(client, name, blob)).status).toBe(201)
      const got = await client.send('GET', `/v2/${name}/blobs/${blob.digest}`)
      expect([got.status, got.body.length]).toEqual([200, 0])
    })
    check('a blob that is there can be pushed again', async () => {
      const [name, blob] = [fresh(), randomContent(100)]
      await pushBlob(client, name, blob)
      expect((await pushBlob(client, name, blob)).status).toBe(201)
    })
    check('a sha512 blob is taken, though the upload began without saying so', async () => {
      const [name, blob] = [fresh(), content('some bytes', 'sha512')]
      expect((await pushBlob(client, name, blob)).status).toBe(201)
      expect((await client.send('GET', `/v2/${name}/blobs/${blob.digest}`)).body.toString()).toBe('some bytes')
    })
  })

  describe('mounts', () => {
    check('a blob of another repository is mounted', async () => {
      const [source, name, blob] = [fresh(), fresh(), randomContent(100)]
      await pushBlob(client, source, blob)
      const reply = await client.send('POST', `/v2/${name}/blobs/uploads/?mount=${blob.digest}&from=${source}`)
      expect([reply.status, reply.headers['docker-content-digest']]).toEqual([201, blob.digest])
      expect((await client.send('GET', `/v2/${name}/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true)
    })
    check('what cannot be mounted begins an upload', async () => {
      const [source, name, blob] = [fresh(), fresh(), randomContent(100)]
      await pushBlob(client, source, randomContent(10))
      const reply = await client.send('POST', `/v2/${name}/blobs/uploads/?mount=${blob.digest}&from=${source}`)
      expect(reply.status).toBe(202)
      expect(
        (await client.send('PUT', withDigest(locationOf(reply), blob.digest), { headers: octets, body: blob.bytes }))
          .status,
      ).toBe(201)
    })
    check('a mount without a source finds the blob by itself', async () => {
      const [source, name, blob] = [fresh(), fresh(), randomContent(100)]
      await pushBlob(client, source, blob)
      expect((await client.send('POST', `/v2/${name}/blobs/uploads/?mount=${blob.digest}`)).status).toBe(201)
    })
  })

  describe('pulls', () => {
    check('a missing blob and manifest are 404', async () => {
      const name = fresh()
      await pushImage(client, name, 'x')
      const blob = await client.send('GET', `/v2/${name}/blobs/${missing}`)
      expect([blob.status, errorCodes(blob)]).toEqual([404, ['BLOB_UNKNOWN']])
      const manifest = await client.send('GET', `/v2/${name}/manifests/nothing`)
      expect([manifest.status, errorCodes(manifest)]).toEqual([404, ['MANIFEST_UNKNOWN']])
      expect((await client.send('GET', `/v2/${name}/manifests/.INVALID_MANIFEST_NAME`)).status).toBe(404)
      expect((await client.send('HEAD', `/v2/${name}/manifests/nothing`)).body.length).toBe(0)
    })
    check('a part of a blob, from the front, the middle and the end', async () => {
      const [name, blob] = [fresh(), randomContent(1000)]
      await pushBlob(client, name, blob)
      const range = (text: string) =>
        client.send('GET', `/v2/${name}/blobs/${blob.digest}`, { headers: { range: text } })
      const middle = await range('bytes=100-199')
      expect([middle.status, middle.headers['content-range']]).toEqual([206, 'bytes 100-199/1000'])
      expect(middle.body.equals(blob.bytes.subarray(100, 200))).toBe(true)
      expect((await range('bytes=990-')).body.equals(blob.bytes.subarray(990))).toBe(true)
      expect((await range('bytes=-10')).body.equals(blob.bytes.subarray(990))).toBe(true)
      expect((await range('bytes=990-5000')).headers['content-length']).toBe('10')
    })
    check('a range that cannot be satisfied is refused with the size', async () => {
      const [name, blob] = [fresh(), randomContent(1000)]
      await pushBlob(client, name, blob)
      for (const text of ['bytes=1000-', 'bytes=500-0']) {
        const reply = await client.send('GET', `/v2/${name}/blobs/${blob.digest}`, { headers: { range: text } })
        expect([reply.status, reply.headers['content-range']]).toEqual([416, 'bytes */1000'])
      }
    })
    check('a blob that the client has is not sent again', async () => {
      const [name, blob] = [fresh(), randomContent(10)]
      await pushBlob(client, name, blob)
      const path = `/v2/${name}/blobs/${blob.digest}`
      const { etag } = (await client.send('GET', path)).headers
      expect(etag).toBe(`"${blob.digest}"`)
      expect((await client.send('GET', path, { headers: { 'if-none-match': String(etag) } })).status).toBe(304)
    })
    check('a manifest comes byte for byte, by tag and by digest, whatever is accepted', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      for (const reference of ['x', manifest.digest]) {
        const reply = await client.send('GET', `/v2/${name}/manifests/${reference}`, {
          headers: { accept: `${ociManifest}, */*` },
        })
        expect([reply.status, reply.headers['content-type'], reply.headers['docker-content-digest']]).toEqual([
          200,
          ociManifest,
          manifest.digest,
        ])
        expect(reply.body.equals(manifest.bytes)).toBe(true)
        const head = await client.send('HEAD', `/v2/${name}/manifests/${reference}`, {
          headers: { accept: ociManifest },
        })
        expect(head.headers['content-length']).toBe(String(manifest.bytes.length))
      }
    })
    check('a manifest that the client has is not sent again', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      const reply = await client.send('GET', `/v2/${name}/manifests/x`, {
        headers: { accept: ociManifest, 'if-none-match': `"${manifest.digest}"` },
      })
      expect(reply.status).toBe(304)
    })
  })

  describe('manifests', () => {
    check('a put tells location and digest', async () => {
      const name = fresh()
      const { config, layer } = await pushImage(client, name, 'x')
      const manifest = imageOf(config, [layer], { annotations: { note: 'again' } })
      const reply = await putManifest(client, name, 'y', manifest)
      expect([reply.status, reply.headers['docker-content-digest']]).toEqual([201, manifest.digest])
      expect(
        (await client.send('GET', locationOf(reply), { headers: { accept: ociManifest } })).body.equals(manifest.bytes),
      ).toBe(true)
    })
    check('what is missing is told, an entry each', async () => {
      const [config, layer] = [randomContent(10), randomContent(10)]
      const reply = await putManifest(client, fresh(), 'x', imageOf(config, [layer]))
      expect(reply.status).toBe(400)
      expect(errorCodes(reply)).toEqual(['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN'])
    })
    check('a blob of another repository does not count', async () => {
      const [source, name] = [fresh(), fresh()]
      const { manifest } = await pushImage(client, source, 'x')
      expect((await putManifest(client, name, 'x', manifest)).status).toBe(400)
    })
    check('a digest that is not the manifest’s is refused', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      const reply = await putManifest(client, name, missing, manifest)
      expect([reply.status, errorCodes(reply)]).toEqual([400, ['DIGEST_INVALID']])
    })
    check('what is not a manifest is refused', async () => {
      const reply = await putManifest(client, fresh(), 'x', content('{"nonsense"'))
      expect([reply.status, errorCodes(reply)]).toEqual([400, ['MANIFEST_INVALID']])
    })
    check('a header that contradicts the manifest is refused', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      const reply = await putManifest(
        client,
        name,
        'y',
        manifest,
        'application/vnd.docker.distribution.manifest.v2+json',
      )
      expect([reply.status, errorCodes(reply)]).toEqual([400, ['MANIFEST_INVALID']])
    })
    check('an image that is an index as well is refused', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      const both = content(JSON.stringify({ ...JSON.parse(manifest.bytes.toString()), manifests: [] }))
      expect(errorCodes(await putManifest(client, name, 'y', both))).toEqual(['MANIFEST_INVALID'])
    })
    check('an index needs its children', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      expect((await putManifest(client, name, 'multi', indexOf([manifest]), ociIndex)).status).toBe(201)
      expect((await putManifest(client, name, 'sparse', indexOf([randomContent(10)]), ociIndex)).status).toBe(400)
      expect((await putManifest(client, name, 'empty', indexOf([]), ociIndex)).status).toBe(201)
    })
    check('an index that lists blobs is taken, as BuildKit caches are', async () => {
      const [name, blob] = [fresh(), randomContent(100)]
      await pushBlob(client, name, blob)
      const cache = content(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: ociIndex,
          manifests: [descriptor(blob, 'application/vnd.buildkit.cacheconfig.v0')],
        }),
      )
      expect((await putManifest(client, name, 'cache', cache, ociIndex)).status).toBe(201)
    })
    check('a foreign layer need not be here', async () => {
      const [name, config] = [fresh(), content('{}')]
      await pushBlob(client, name, config)
      const layer = {
        mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
        digest: missing,
        size: 5,
        urls: ['https://layers.example/x'],
      }
      const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
      const manifest = content(
        JSON.stringify({
          schemaVersion: 2,
          mediaType,
          config: descriptor(config, 'application/vnd.docker.container.image.v1+json'),
          layers: [layer],
        }),
      )
      expect((await putManifest(client, name, 'x', manifest, mediaType)).status).toBe(201)
    })
    check('a manifest of nearly 4 MiB is taken, a larger one refused with 413', async () => {
      const name = fresh()
      const { config, layer } = await pushImage(client, name, 'x')
      const padded = (bytes: number) => imageOf(config, [layer], { annotations: { padding: 'x'.repeat(bytes) } })
      expect((await putManifest(client, name, 'big', padded(3_900_000))).status).toBe(201)
      expect((await putManifest(client, name, 'bigger', padded(4_300_000))).status).toBe(413)
    })
    check('a manifest pushed by digest with tags gets them all', async () => {
      const name = fresh()
      const { config, layer } = await pushImage(client, name, 'x')
      const manifest = imageOf(config, [layer], { annotations: { a: 'b' } })
      const tags = Array.from({ length: 12 }, (_, index) => `t${index}`)
      const reply = await putManifest(
        client,
        name,
        `${manifest.digest}?${tags.map(tag => `tag=${tag}`).join('&')}`,
        manifest,
      )
      expect(reply.status).toBe(201)
      expect(String(reply.headers['oci-tag']).split(', ')).toEqual(tags)
      expect((await client.send('HEAD', `/v2/${name}/manifests/t11`)).headers['docker-content-digest']).toBe(
        manifest.digest,
      )
    })
    check('a manifest may be known by its sha512', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      const { digest, bytes } = content(manifest.bytes, 'sha512')
      expect((await putManifest(client, name, digest, { digest, bytes })).status).toBe(201)
      expect((await client.send('GET', `/v2/${name}/manifests/${digest}`)).body.equals(bytes)).toBe(true)
    })
    check('a conditional put of a tag is refused when the tag moved', async () => {
      const name = fresh()
      const { manifest, config, layer } = await pushImage(client, name, 'x')
      const other = imageOf(config, [layer], { annotations: { a: 'b' } })
      const put = (headers: Record<string, string>) =>
        client.send('PUT', `/v2/${name}/manifests/x`, {
          headers: { 'content-type': ociManifest, ...headers },
          body: other.bytes,
        })
      expect((await put({ 'if-none-match': '*' })).status).toBe(412)
      expect((await put({ 'if-match': `"${missing}"` })).status).toBe(412)
      expect((await put({ 'if-match': `"${manifest.digest}"` })).status).toBe(201)
    })
  })

  describe('tags', () => {
    check('are listed in bytewise order, in pages', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'b')
      for (const tag of ['a', 'C', 'c', 'B_1']) await putManifest(client, name, tag, manifest)
      const all = await client.send('GET', `/v2/${name}/tags/list`)
      expect(all.json()).toEqual({ name, tags: ['B_1', 'C', 'a', 'b', 'c'] })
      const page = await client.send('GET', `/v2/${name}/tags/list?n=2`)
      expect((page.json() as { tags: string[] }).tags).toEqual(['B_1', 'C'])
      const next = /<([^>]+)>; rel="next"/.exec(String(page.headers.link))?.[1] ?? ''
      expect(((await client.send('GET', next)).json() as { tags: string[] }).tags).toEqual(['a', 'b'])
      const last = await client.send('GET', `/v2/${name}/tags/list?n=10&last=aa`)
      expect((last.json() as { tags: string[] }).tags).toEqual(['b', 'c'])
      expect(last.headers.link).toBeUndefined()
    })
    check('n=0 lists nothing', async () => {
      const name = fresh()
      await pushImage(client, name, 'b')
      const reply = await client.send('GET', `/v2/${name}/tags/list?n=0`)
      expect([reply.json(), reply.headers.link]).toEqual([{ name, tags: [] }, undefined])
    })
    check('a garbled n is refused', async () => {
      const name = fresh()
      await pushImage(client, name, 'b')
      for (const n of ['-1', 'x', '1.5']) {
        const reply = await client.send('GET', `/v2/${name}/tags/list?n=${n}`)
        expect([reply.status, errorCodes(reply)]).toEqual([400, ['PAGINATION_NUMBER_INVALID']])
      }
    })
    check('an unknown repository is 404', async () => {
      const reply = await client.send('GET', `/v2/${fresh()}/tags/list`)
      expect([reply.status, errorCodes(reply)]).toEqual([404, ['NAME_UNKNOWN']])
    })
    check('a repository without tags lists none', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      await client.send('DELETE', `/v2/${name}/manifests/${manifest.digest}`)
      expect((await client.send('GET', `/v2/${name}/tags/list`)).json()).toEqual({ name, tags: [] })
    })
  })

  describe('referrers', () => {
    async function pushReferrer(name: string, subject: object, type: string) {
      const { config, layer } = await pushImage(client, name, 'base')
      const manifest = imageOf(config, [layer], { subject, artifactType: type, annotations: { made: 'here' } })
      return { manifest, reply: await putManifest(client, name, manifest.digest, manifest) }
    }
    type Index = { readonly mediaType: string; readonly manifests: readonly Record<string, unknown>[] }
    const referrersOf = async (name: string, digest: string, query = '') => {
      const reply = await client.send('GET', `/v2/${name}/referrers/${digest}${query}`)
      expect([reply.status, reply.headers['content-type']]).toEqual([200, ociIndex])
      return { manifests: (reply.json() as Index).manifests, headers: reply.headers }
    }

    check('a subject need not exist, and is acknowledged', async () => {
      const { reply } = await pushReferrer(
        fresh(),
        { mediaType: ociManifest, digest: missing, size: 5 },
        'application/vnd.sbom',
      )
      expect([reply.status, reply.headers['oci-subject']]).toEqual([201, missing])
    })
    check('referrers are listed with their type and annotations', async () => {
      const name = fresh()
      const { manifest } = await pushReferrer(
        name,
        { mediaType: ociManifest, digest: missing, size: 5 },
        'application/vnd.sbom',
      )
      const { manifests } = await referrersOf(name, missing)
      expect(manifests).toEqual([
        {
          mediaType: ociManifest,
          digest: manifest.digest,
          size: manifest.bytes.length,
          artifactType: 'application/vnd.sbom',
          annotations: { made: 'here' },
        },
      ])
    })
    check('referrers are filtered by type', async () => {
      const name = fresh()
      const subject = { mediaType: ociManifest, digest: missing, size: 5 }
      const { manifest } = await pushReferrer(name, subject, 'application/vnd.sbom')
      await pushReferrer(name, subject, 'application/vnd.signature')
      const { manifests, headers } = await referrersOf(name, missing, '?artifactType=application/vnd.sbom')
      expect(manifests.map(entry => entry.digest)).toEqual([manifest.digest])
      expect(headers['oci-filters-applied']).toBe('artifactType')
    })
    check('nobody refers: an empty index, never 404', async () => {
      expect((await referrersOf(fresh(), missing)).manifests).toEqual([])
    })
    check('a bad digest of a subject is refused', async () => {
      expect((await client.send('GET', '/v2/g/p/referrers/sha256:nonsense')).status).toBe(400)
    })
    check('a deleted referrer is listed no more', async () => {
      const name = fresh()
      const { manifest } = await pushReferrer(
        name,
        { mediaType: ociManifest, digest: missing, size: 5 },
        'application/vnd.sbom',
      )
      expect((await client.send('DELETE', `/v2/${name}/manifests/${manifest.digest}`)).status).toBe(202)
      expect((await referrersOf(name, missing)).manifests).toEqual([])
    })
    check('the fallback tag is an ordinary tag', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      const tag = manifest.digest.replace(':', '-')
      expect((await putManifest(client, name, tag, indexOf([manifest]), ociIndex)).status).toBe(201)
      expect((await client.send('GET', `/v2/${name}/manifests/${tag}`, { headers: { accept: ociIndex } })).status).toBe(
        200,
      )
    })
  })

  describe('deletes', () => {
    check('deleting a tag leaves the digest and its other tags', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      await putManifest(client, name, 'y', manifest)
      expect((await client.send('DELETE', `/v2/${name}/manifests/x`)).status).toBe(202)
      expect((await client.send('GET', `/v2/${name}/manifests/x`, { headers: { accept: ociManifest } })).status).toBe(
        404,
      )
      expect((await client.send('GET', `/v2/${name}/manifests/y`, { headers: { accept: ociManifest } })).status).toBe(
        200,
      )
      expect(
        (await client.send('GET', `/v2/${name}/manifests/${manifest.digest}`, { headers: { accept: ociManifest } }))
          .status,
      ).toBe(200)
    })
    check('deleting a digest takes all its tags', async () => {
      const name = fresh()
      const { manifest } = await pushImage(client, name, 'x')
      expect((await client.send('DELETE', `/v2/${name}/manifests/${manifest.digest}`)).status).toBe(202)
      expect((await client.send('GET', `/v2/${name}/manifests/x`)).status).toBe(404)
      expect((await client.send('GET', `/v2/${name}/manifests/${manifest.digest}`)).status).toBe(404)
      expect((await client.send('DELETE', `/v2/${name}/manifests/${manifest.digest}`)).status).toBe(404)
    })
    check('deleting a blob takes it from this repository only', async () => {
      const [name, other, blob] = [fresh(), fresh(), randomContent(100)]
      await pushBlob(client, name, blob)
      await pushBlob(client, other, blob)
      expect((await client.send('DELETE', `/v2/${name}/blobs/${blob.digest}`)).status).toBe(202)
      expect((await client.send('HEAD', `/v2/${name}/blobs/${blob.digest}`)).status).toBe(404)
      expect((await client.send('HEAD', `/v2/${other}/blobs/${blob.digest}`)).status).toBe(200)
      expect((await client.send('DELETE', `/v2/${name}/blobs/${blob.digest}`)).status).toBe(404)
    })
  })
})
