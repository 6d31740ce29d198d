// Docker in docker, as jobs use it: 20.10 and 26.1, the legacy builder and BuildKit, attestations and build caches.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Dind, startDind } from '../../support/registry/dind.ts'
import { createRegistryClient, ociIndex, type RegistryClient } from '../../support/registry/registry-client.ts'
import { startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'
import { freePort } from '../../support/slipway.ts'

let registry: TestRegistry
let client: RegistryClient
let context: string
let registryPort: number
let host: string

beforeAll(async () => {
  registryPort = await freePort()
  host = `registry.test:${registryPort}`
  registry = await startTestRegistry({ url: `http://${host}` })
  client = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
  context = join(await mkdtemp(join(registry.folder, 'context-')), 'context')
  await mkdir(context)
  await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /one\nCOPY payload /two\n')
  await writeFile(join(context, 'payload'), Buffer.alloc(3_000_000, 7))
})
afterAll(async () => {
  client.close()
  await rm(context, { recursive: true })
  await registry.stop()
  expect(registry.bugs).toEqual([])
})

async function withDind(image: string, withContainerd: boolean, work: (dind: Dind) => Promise<void>): Promise<void> {
  const dind = await startDind({
    image,
    withContainerd,
    registryPort,
    target: { host: '127.0.0.1', port: Number(new URL(registry.url).port) },
  })
  try {
    await dind.write(context, '/context')
    await succeeds(dind, `echo dev | docker login --username dev --password-stdin ${host}`)
    await work(dind)
  } finally {
    await dind.stop()
  }
}

async function succeeds(dind: Dind, line: string): Promise<string> {
  const { exitCode, output } = await dind.run(line)
  expect(exitCode, `${line}\n${output}`).toBe(0)
  return output
}

const legacy = 'DOCKER_BUILDKIT=0 docker build --quiet'
const buildKit = 'DOCKER_BUILDKIT=1 docker build --progress plain'

test('docker 20.10: the legacy builder, and BuildKit that finds its cache in the image', async () => {
  await withDind('docker:20.10-dind', false, async dind => {
    const plain = `${host}/g/p/old:legacy`
    await succeeds(dind, `${legacy} --tag ${plain} /context && docker push ${plain} && docker rmi ${plain}`)
    await succeeds(dind, `docker pull ${plain}`)
    const cached = `${host}/g/p/old:inline`
    await succeeds(dind, `${buildKit} --build-arg BUILDKIT_INLINE_CACHE=1 --tag ${cached} /context`)
    await succeeds(
      dind,
      `docker push ${cached} && docker rmi --force $(docker images --quiet) && docker builder prune -f`,
    )
    const again = await succeeds(dind, `${buildKit} --cache-from ${cached} --tag again /context`)
    expect(again.match(/CACHED/g)).toHaveLength(2)
  })
})

test('docker 26.1 with images in containerd: provenance, and a build cache in the registry', async () => {
  await withDind('docker:dind', true, async dind => {
    const image = `${host}/g/p/new:one`
    const cache = `type=registry,ref=${host}/g/p/new/cache:main`
    const build = `docker buildx build --progress plain --cache-from ${cache}`
    await succeeds(dind, `${build} --provenance=true --cache-to ${cache},mode=max --push --tag ${image} /context`)
    const index = await client.send('GET', '/v2/g/p/new/manifests/one')
    expect(index.headers['content-type']).toBe(ociIndex)
    const { manifests } = index.json() as { manifests: { annotations?: Record<string, string>; digest: string }[] }
    expect(manifests.map(each => each.annotations?.['vnd.docker.reference.type'])).toEqual([
      undefined,
      'attestation-manifest',
    ])
    for (const { digest } of manifests)
      expect((await client.send('GET', `/v2/g/p/new/manifests/${digest}`)).status).toBe(200)

    await succeeds(dind, `docker system prune --all --force && docker pull ${image}`)
    await succeeds(dind, `docker rmi ${image} && docker builder prune --all --force`)
    const again = await succeeds(dind, `${build} --tag again /context`)
    expect(again).toContain('inferred cache manifest type')
    expect(again).not.toContain('ERROR')

    const plain = `${host}/g/p/new:legacy`
    await succeeds(dind, `${legacy} --tag ${plain} /context && docker push ${plain}`)
  })
})
