// Real clients, unchanged: the engine's docker, skopeo and buildah. Images are made here, so that no hub is needed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  content,
  createRegistryClient,
  indexOf,
  ociIndex,
  putManifest,
} from '../../support/registry/registry-client.ts'
import { startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'

let registry: TestRegistry
let home: string
const made: string[] = []

beforeAll(async () => {
  registry = await startTestRegistry()
  home = await mkdtemp(join(registry.folder, 'docker-'))
  await writeFile(join(home, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /one\nCOPY payload /two\n')
  await writeFile(join(home, 'payload'), Buffer.alloc(3_000_000, 7))
})
afterAll(async () => {
  if (made.length > 0) await docker('rmi', '--force', ...made)
  await rm(home, { recursive: true })
  await registry.stop()
  expect(registry.bugs).toEqual([])
})

/** With a folder of its own for what `docker login` writes. */
const docker = (...words: string[]) =>
  execa('docker', words, { env: { DOCKER_CONFIG: home, DOCKER_BUILDKIT: '0' }, reject: false, all: true })
const skopeo = (...words: string[]) =>
  execa('skopeo', words, { env: { HOME: home, XDG_RUNTIME_DIR: home }, reject: false, all: true })
const image = (name: string) => `${registry.host}/${name}`

async function login(who: string): Promise<void> {
  const { exitCode, all } = await docker('login', '--username', who, '--password', who, registry.host)
  expect([exitCode, all]).toEqual([0, expect.stringContaining('Login Succeeded')])
}

async function build(name: string): Promise<string> {
  made.push(image(name))
  const { exitCode, all } = await docker('build', '--quiet', '--tag', image(name), home)
  if (exitCode !== 0) throw new Error(all)
  return image(name)
}

test('docker logs in, pushes, pulls what it pushed, and is told why it may not', async () => {
  await login('dev')
  const reference = await build('g/p/app:one')
  const pushed = await docker('push', reference)
  expect([pushed.exitCode, pushed.all]).toEqual([0, expect.stringMatching(/one: digest: sha256:[0-9a-f]{64}/)])
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed.all ?? '')?.[1]
  await docker('rmi', reference)
  const pulled = await docker('pull', reference)
  expect([pulled.exitCode, pulled.all]).toEqual([0, expect.stringContaining(String(digest))])

  // Its layers are there: the second push mounts or finds them.
  const other = image('g/other/copy:two')
  made.push(other)
  await docker('tag', reference, other)
  expect((await docker('push', other)).all).toMatch(/Mounted from g\/p\/app|Layer already exists/)

  await login('reporter')
  expect((await docker('push', reference)).all).toContain(
    'denied: push_registry needs the role developer in this project',
  )
  await login('stranger')
  const stranger = await docker('pull', reference)
  expect([stranger.exitCode, stranger.all]).toEqual([1, expect.stringMatching(/denied|unauthorized/)])
  expect((await docker('login', '--username', 'dev', '--password', 'wrong', registry.host)).all).toContain(
    'wrong user name or password',
  )
})

test('docker says that a registry is switched off, in our words', async () => {
  await login('dev')
  const reference = await build('g/p/off:one')
  const project = registry.access.projects.get(1)
  if (project === undefined) throw new Error('there is no project')
  const before = project.project
  project.project = { ...before, registryEnabled: false }
  registry.pass(1000)
  expect((await docker('push', reference)).all).toContain('denied: the container registry of g/p is switched off')
  project.project = before
  registry.pass(1000)
})

const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false']
const dev = ['--src-creds', 'dev:dev', '--dest-creds', 'dev:dev']

test('skopeo copies an index with all it holds, inspects, lists and deletes', async () => {
  await login('dev')
  await docker('push', await build('g/p/single:one'))
  const client = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
  const single = await client.send('GET', '/v2/g/p/single/manifests/one')
  const child = { digest: String(single.headers['docker-content-digest']), bytes: single.body }
  const plain = JSON.parse(indexOf([child]).bytes.toString())
  plain.manifests[0] = {
    ...plain.manifests[0],
    mediaType: single.headers['content-type'],
    platform: { os: 'linux', architecture: 'amd64' },
  }
  const index = content(JSON.stringify(plain))
  expect((await putManifest(client, 'g/p/single', 'multi', index, ociIndex)).status).toBe(201)

  const copied = await skopeo(
    'copy',
    '--all',
    ...insecure,
    ...dev,
    `docker://${image('g/p/single:multi')}`,
    `docker://${image('g/other/single:multi')}`,
  )
  expect([copied.exitCode, copied.all]).toEqual([0, expect.stringContaining('Copying image')])
  const copy = await client.send('GET', '/v2/g/other/single/manifests/multi')
  expect(copy.body.equals(index.bytes)).toBe(true)

  const folder = join(home, 'copy')
  expect(
    (
      await skopeo(
        'copy',
        ...insecure.slice(0, 1),
        '--src-creds',
        'dev:dev',
        `docker://${image('g/other/single:multi')}`,
        `dir:${folder}`,
      )
    ).exitCode,
  ).toBe(0)
  expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toMatchObject({ schemaVersion: 2 })

  const tags = await skopeo('list-tags', '--tls-verify=false', '--creds', 'dev:dev', `docker://${image('g/p/single')}`)
  expect(JSON.parse(tags.stdout).Tags).toEqual(['multi', 'one'])
  expect(
    (await skopeo('delete', '--tls-verify=false', '--creds', 'dev:dev', `docker://${image('g/p/single:multi')}`))
      .exitCode,
  ).toBe(0)
  expect((await client.send('GET', '/v2/g/p/single/manifests/multi')).status).toBe(404)
  client.close()
})

test('buildah builds, pushes a list of platforms with its images, and pulls one of them', async () => {
  const buildah = async (...words: string[]): Promise<string> => {
    const storage = ['--storage-driver', 'vfs', '--root', join(home, 'storage'), '--runroot', join(home, 'run')]
    const result = await execa('buildah', [...storage, ...words], { env: { HOME: home }, reject: false, all: true })
    expect(result.exitCode, `buildah ${words.join(' ')}\n${result.all}`).toBe(0)
    return result.stdout
  }
  const list = image('g/p/buildah:list')
  const plain = '--tls-verify=false'
  await buildah('login', plain, '--username', 'dev', '--password', 'dev', registry.host)
  for (const platform of ['linux/amd64', 'linux/arm64']) {
    const words = ['--platform', platform, '--isolation', 'chroot', '--manifest', list]
    await buildah('build', ...words, '--file', join(home, 'Dockerfile'), home)
  }
  await buildah('manifest', 'push', plain, '--all', list, `docker://${list}`)
  const client = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
  const pushed = (await client.send('GET', '/v2/g/p/buildah/manifests/list')).json() as {
    manifests: { platform: { architecture: string } }[]
  }
  expect(pushed.manifests.map(each => each.platform.architecture)).toEqual(['amd64', 'arm64'])
  await buildah('rmi', '--all', '--force')
  await buildah('pull', plain, '--arch', 'arm64', list)
  expect(await buildah('inspect', '--type', 'image', '--format', '{{.OCIv1.Architecture}}', list)).toBe('arm64')
  client.close()
})
