// Pushers, movers and deleters of tags, pullers, and the garbage collection, all at once.
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  type Content,
  content,
  createRegistryClient,
  imageOf,
  pushBlob,
  putManifest,
  type RegistryClient,
} from './registry-client.ts'
import type { TestRegistry } from './test-registry.ts'

export type RaceOutcome = {
  readonly pushed: number
  readonly refused: number
  readonly pulled: number
  readonly broken: readonly string[]
}

export async function race(
  registry: TestRegistry,
  options: { readonly pushers: number; readonly durationMs: number; readonly seed: number },
): Promise<RaceOutcome> {
  const end = Date.now() + options.durationMs
  const counts = { pushed: 0, refused: 0, pulled: 0 }
  const broken: string[] = []
  const client = createRegistryClient(registry.url, { username: 'root', password: 'root' })
  // Few blobs, so that the same digests come and go all the time.
  const layers = Array.from({ length: 6 }, () => content(randomBytes(20_000)))
  let state = options.seed
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below
  const tagName = () => `t${random(8)}`
  const whileRunning = async (work: () => Promise<void>) => {
    while (Date.now() < end) await work()
  }

  async function push(): Promise<void> {
    const image = [layers[random(6)], layers[random(6)], layers[random(6)]].filter(layer => layer !== undefined)
    const config = content(JSON.stringify({ os: 'linux', architecture: 'amd64', nonce: random(20) }))
    await Promise.all([config, ...image].map(blob => pushUnlessThere(client, blob)))
    const reply = await putManifest(client, 'g/p', tagName(), imageOf(config, image))
    if (reply.status === 201) counts.pushed++
    else if (reply.status === 400) counts.refused++
    else broken.push(`PUT manifest: ${reply.status} ${reply.body}`)
  }

  async function remove(): Promise<void> {
    await client.send('DELETE', `/v2/g/p/manifests/${tagName()}`)
  }

  /** With a breath between, or no push would ever get from its first blob to its manifest. */
  async function collect(): Promise<void> {
    await registry.registry().collector.collect(new AbortController().signal)
    await setTimeout(random(100))
  }

  /** What a listed tag points at must come whole, unless the tag moved on meanwhile. */
  async function pull(): Promise<void> {
    const tag = tagName()
    const manifest = await client.send('GET', `/v2/g/p/manifests/${tag}`)
    if (manifest.status !== 200) return
    const missing = await firstMissing(client, manifest.body)
    const after = await client.send('GET', `/v2/g/p/manifests/${tag}`)
    const isSame = after.status === 200 && after.body.equals(manifest.body)
    if (missing !== null && isSame) broken.push(`${tag}: ${missing}`)
    else counts.pulled++
  }

  await Promise.all([
    ...Array.from({ length: options.pushers }, () => whileRunning(push)),
    whileRunning(remove),
    whileRunning(pull),
    whileRunning(collect),
  ])
  for (let tag = 0; tag < 8; tag++) {
    const manifest = await client.send('GET', `/v2/g/p/manifests/t${tag}`)
    const missing = manifest.status === 200 ? await firstMissing(client, manifest.body) : null
    if (missing !== null) broken.push(`t${tag} at the end: ${missing}`)
  }
  client.close()
  return { ...counts, broken }
}

async function pushUnlessThere(client: RegistryClient, blob: Content): Promise<void> {
  const head = await client.send('HEAD', `/v2/g/p/blobs/${blob.digest}`)
  if (head.status === 200) return
  const reply = await pushBlob(client, 'g/p', blob)
  if (reply.status !== 201) throw new Error(`push of a blob said ${reply.status}: ${reply.body}`)
}

async function firstMissing(client: RegistryClient, manifest: Buffer): Promise<string | null> {
  const { config, layers } = JSON.parse(manifest.toString()) as {
    config: { digest: string }
    layers: { digest: string }[]
  }
  for (const { digest } of [config, ...layers]) {
    const reply = await client.send('GET', `/v2/g/p/blobs/${digest}`)
    if (reply.status !== 200 || content(reply.body).digest !== digest) return `${digest} ${reply.status}`
  }
  return null
}
