// `slipway registry`: every command against the real API.
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RegistryApi, startRegistryApi } from '../../support/registry/registry-api.ts'
import {
  createRegistryClient,
  type PushedImage,
  pushImage,
  putManifest,
  type RegistryClient,
} from '../../support/registry/registry-client.ts'
import { startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'

const launcher = join(import.meta.dirname, '../../../bin/slipway')
let registry: TestRegistry
let api: RegistryApi
let client: RegistryClient
let url: string
let image: PushedImage

beforeEach(async () => {
  registry = await startTestRegistry()
  api = await startRegistryApi(registry)
  url = await api.listen()
  client = createRegistryClient(registry.url, { username: 'root', password: 'root' })
  image = await pushImage(client, 'g/p/app', 'v1')
  for (const tag of ['v2', 'dev']) await putManifest(client, 'g/p/app', tag, image.manifest)
})
afterEach(async () => {
  client.close()
  await api.close()
  await registry.stop()
})

const slipway = (...words: string[]) =>
  execa(launcher, ['registry', ...words], {
    env: { SLIPWAY_URL: url, SLIPWAY_TOKEN: 'token-of-root', XDG_CONFIG_HOME: registry.folder, NO_COLOR: '1' },
    cwd: registry.folder,
    reject: false,
  })
const json = async (...words: string[]) => JSON.parse((await slipway(...words, '--json')).stdout)

test('lists repositories and tags, as a table and as JSON', async () => {
  expect((await slipway('repo', 'list', 'g/p')).stdout).toContain('registry.example.com/g/p/app')
  expect(await json('repo', 'list', 'g/p')).toMatchObject([{ path: 'g/p/app', tags_count: 3 }])
  const table = (await slipway('tag', 'list', 'g/p/app')).stdout
  expect(table).toContain(image.manifest.digest)
  expect((await json('tag', 'list', 'registry.example.com/g/p/app')).map((tag: { name: string }) => tag.name)).toEqual([
    'dev',
    'v1',
    'v2',
  ])
  expect((await slipway('tag', 'view', 'g/p/app', 'v1')).stdout).toContain('linux/amd64')
  const unknown = await slipway('tag', 'list', 'g/p/nothing')
  expect([unknown.exitCode, unknown.stderr]).toEqual([1, expect.stringContaining("there is no image 'g/p/nothing'")])
})

test('deletes tags by name and by pattern, with a preview', async () => {
  expect((await slipway('tag', 'delete', 'g/p/app', 'dev')).stdout).toBe('Deleted 1 tags.')
  const preview = (await slipway('tag', 'delete', 'g/p/app', '--matching', 'v.*', '--keep', 'v2', '--preview')).stdout
  expect(preview).toContain('1 tags would go')
  expect(preview).toContain('v2  stays: name_regex_keep')
  expect(await json('tag', 'delete', 'g/p/app', '--matching', 'v.*', '--keep', 'v2')).toEqual({ deleted_tags: 1 })
  expect((await slipway('tag', 'delete', 'g/p/app')).exitCode).not.toBe(0)
  expect((await slipway('repo', 'delete', 'g/p/app')).stdout).toBe('Deleted g/p/app with 1 tags.')
  expect((await slipway('repo', 'list', 'g/p')).stdout).toContain('There are no images')
})

test('shows usage, and keeps a policy', async () => {
  const usedBytes = image.config.bytes.length + image.layer.bytes.length
  expect(await json('usage', 'g/p')).toMatchObject({ used_bytes: usedBytes, tags: 3 })
  expect((await slipway('usage')).stdout).toContain('KiB')
  await slipway('policy', 'set', 'g/p', '--enable', '--matching', 'v.*', '--keep-n', '1', '--older-than', 'none')
  expect(await json('policy', 'show', 'g/p')).toMatchObject({
    enabled: true,
    name_regex: 'v.*',
    keep_n: 1,
    older_than: null,
  })
  expect((await slipway('policy', 'preview', 'g/p')).stdout).toContain('In all 1 tags would go')
  expect((await slipway('policy', 'run', 'g/p')).stdout).toBe('Deleted 1 tags.')
})

test('collects and verifies, and ends with 1 when something is damaged', async () => {
  expect((await slipway('gc')).stdout).toContain('Removed 0 manifests, 0 blobs')
  expect((await slipway('verify')).stdout).toContain('all are whole')
  const hex = image.layer.digest.slice(7)
  await truncate(join(registry.folder, 'registry/blobs/sha256', hex.slice(0, 2), hex), 1)
  const damaged = await slipway('verify')
  expect([damaged.exitCode, damaged.stdout]).toEqual([1, expect.stringContaining(`${image.layer.digest}: wrong size`)])
})
