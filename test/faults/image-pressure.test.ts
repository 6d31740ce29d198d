// An engine whose disk becomes four fifths full: of the images that jobs had pulled the runner gives back those that none of
// them uses, and none that was there before. The engine and the registry are this file's own.
import { createHash, randomBytes } from 'node:crypto'
import { appendFile, readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tarOf } from '../../src/executor/docker/archive.ts'
import { startTestRunner } from '../integration/runner/runner-in-process.ts'
import { jobPayload } from '../support/job-payload.ts'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { writeRootFileSystem } from '../support/project.ts'
import {
  content,
  createRegistryClient,
  imageOf,
  pushBlob,
  putManifest,
  type RegistryClient,
} from '../support/registry/registry-client.ts'
import { startTestRegistry, type TestRegistry } from '../support/registry/test-registry.ts'
import { startRunnerProtocolServer } from '../support/runner-protocol-server.ts'
import { createTemporaryFolder } from '../support/temporary.ts'
import { waitUntil } from '../support/wait-until.ts'

const mebibyte = 1024 * 1024
let engine: PrivateEngine
let registry: TestRegistry
let client: RegistryClient
beforeAll(async () => {
  engine = await startPrivateEngine('image-pressure', { images: ['busybox'], dataSizeMib: 200 })
  registry = await startTestRegistry()
  client = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
})
afterAll(async () => {
  client?.close()
  await registry?.stop()
  await engine?.stop()
})

/** Busybox with so many bytes that cannot be pressed; answers its name. */
async function push(tag: string, rootFileSystem: Buffer, sizeBytes: number): Promise<string> {
  const ballast = await tarOf([{ path: 'ballast', content: randomBytes(sizeBytes), mode: 0o644 }])
  const tars = [rootFileSystem, ballast]
  const digests = tars.map(bytes => `sha256:${createHash('sha256').update(bytes).digest('hex')}`)
  const facts = { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: digests } }
  const config = content(JSON.stringify(facts))
  const layers = tars.map(bytes => content(gzipSync(bytes, { level: 1 })))
  for (const blob of [config, ...layers]) await pushBlob(client, 'g/p', blob)
  expect((await putManifest(client, 'g/p', tag, imageOf(config, layers))).status).toBe(201)
  return `${new URL(registry.url).host}/g/p:${tag}`
}

async function rootFileSystem(): Promise<Buffer> {
  const folder = await createTemporaryFolder('slipway-rootfs')
  await writeRootFileSystem(join(folder.path, 'rootfs.tar'))
  const bytes = await readFile(join(folder.path, 'rootfs.tar'))
  await folder.remove()
  return bytes
}

async function fillUpTo(share: number): Promise<void> {
  const { blocks, bfree, bsize } = await statfs(engine.dataFolder)
  const missing = Math.max(0, Math.floor((share * blocks - (blocks - bfree)) * bsize))
  await appendFile(join(engine.dataFolder, 'ballast'), new Uint8Array(missing))
}

const images = async () => (await engine.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])

test('what no job uses goes, what one uses or what was there before stays', { timeout: 180_000 }, async () => {
  const root = await rootFileSystem()
  const names = [await push('used', root, 24 * mebibyte), await push('unused', root, 24 * mebibyte)] as const
  const [used, unused] = names
  const server = await startRunnerProtocolServer()
  const runner = await startTestRunner(
    server.url,
    { docker: { host: engine.host, spareNetworks: 0 } },
    { sweepMs: 300, diskFolders: [engine.dataFolder] },
  )
  try {
    const auth = Buffer.from('dev:dev').toString('base64')
    const config = JSON.stringify({ auths: { [new URL(registry.url).host]: { auth } } })
    const secrets = { DOCKER_AUTH_CONFIG: config }
    const script = ['echo begun', 'sleep 300']
    const running = server.add(jobPayload({ id: 1, image: used, secrets, script }))
    await waitUntil(() => running.log.includes('begun\n') || running.update !== null, 'the first line')
    const ended = server.add(jobPayload({ id: 2, image: unused, secrets }))
    await waitUntil(() => ended.update !== null, 'the end of the other job')
    expect([running.update, ended.update?.state], `${running.log}${ended.log}`).toEqual([null, 'success'])
    expect(await images()).toEqual(expect.arrayContaining([...names, 'busybox:latest']))
    await fillUpTo(0.83)
    await waitUntil(async () => !(await images()).includes(unused), 'the end of the image that nobody uses')
    expect((await images()).toSorted()).toEqual([used, 'busybox:latest'].toSorted())
    running.canceling = true
    await waitUntil(() => running.update !== null, 'the end of the job')
    expect(running.update).toMatchObject({ state: 'canceled' })
  } finally {
    await runner.end()
    await server.close()
  }
})
