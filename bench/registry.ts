// Our registry and Debian's docker-registry, in turns in one run: the same load, ours with authentication on. Only ratios
// count; the rates are the machine's.
import { spawn } from 'node:child_process'
import { createHash, randomBytes, randomFillSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startControlRegistry } from '../test/support/registry/control-registry.ts'
import { amongManyTags } from './registry-crowd.ts'
import {
  type Blob,
  blobOf,
  getTag,
  inParallel,
  type Load,
  listTags,
  openLoad,
  prepareImage,
  pullBlob,
  pushChunked,
  pushStream,
  pushWhole,
  putTag,
} from './registry-load.ts'
import type { BenchResult } from './result.ts'

const mebibyte = 1024 * 1024
const bigBytes = 200 * mebibyte
const rounds = 5
const repository = 'g/p/bench'

type Side = {
  readonly name: string
  readonly load: Load
  readonly state: { blob: Blob | null; manifest: Buffer | null; puts: number }
}
type Scenario = {
  readonly name: string
  readonly unit: string
  /** Ours must be this many times the peer's; of a duration, the peer's this many times ours. */
  readonly goal: number
  readonly lowerIsBetter?: boolean
  readonly run: (side: Side) => Promise<number>
}

const scenarios: readonly Scenario[] = [
  { name: 'push 200 MiB (POST + PUT)', unit: 'MiB/s', goal: 1.5, run: side => pushBig(side, pushWhole) },
  {
    name: 'push 200 MiB in 10 MiB chunks',
    unit: 'MiB/s',
    goal: 1.5,
    run: side => pushBig(side, (load, name, blob) => pushChunked(load, name, blob, 10 * mebibyte)),
  },
  { name: '1,000 blobs of 10 KiB, 8 at once', unit: 'blobs/s', goal: 2.2, run: pushSmall },
  { name: 'pull 200 MiB, 8 at once', unit: 'MiB/s', goal: 1.05, run: pull },
  { name: 'PUT tag, 16 at once', unit: 'tags/s', goal: 2, run: putTags },
  { name: 'manifest GET by tag, 16 at once', unit: 'requests/s', goal: 3, run: getManifests },
  { name: 'first 100 of 5,000 tags', unit: 'ms', goal: 3, lowerIsBetter: true, run: listFirst },
]

export async function run(): Promise<readonly BenchResult[]> {
  const ours = await startOurs()
  const peer = await startControlRegistry()
  try {
    const login = {
      tokenUrl: `${ours.url}/jwt/auth`,
      authorization: `Basic ${Buffer.from('root:root').toString('base64')}`,
    }
    const sides: readonly [Side, Side] = [
      sideOf('ours', await openLoad(ours.url, repository, login)),
      sideOf('docker-registry 2.8.2', await openLoad(peer.url, repository, null)),
    ]
    const [side] = sides
    const results: BenchResult[] = []
    for (const scenario of scenarios) {
      const result = await compare(scenario, sides)
      process.stderr.write(`  ${result.name}: ${result.ratio?.toFixed(2)} (${result.goal})\n`)
      results.push(result)
    }
    results.push(hashFloor(), await memory(ours, side), ...(await amongManyTags(ours.folder, side.load)))
    for (const { load } of sides) load.close()
    return results
  } finally {
    await peer.stop()
    await ours.stop()
  }
}

type Ours = { readonly url: string; readonly folder: string; readonly pid: number; readonly stop: () => Promise<void> }

async function startOurs(): Promise<Ours> {
  const program = join(import.meta.dirname, 'registry-server.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const [line] = await createInterface({ input: child.stdout })
    [Symbol.asyncIterator]()
    .next()
    .then(({ value }) => [String(value)])
  const { url, folder } = JSON.parse(line ?? '') as { readonly url: string; readonly folder: string }
  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    await ended
  }
  return { url, folder, pid: child.pid ?? 0, stop }
}

function sideOf(name: string, load: Load): Side {
  return { name, load, state: { blob: null, manifest: null, puts: 0 } }
}

/** In turns, so that what else the machine does meets both. */
async function compare(scenario: Scenario, sides: readonly Side[]): Promise<BenchResult> {
  const values = sides.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, side] of sides.entries()) values[index]?.push(await scenario.run(side))
  }
  const [ours = [], peer = []] = values.map(list => list.sort((left, right) => left - right))
  const [ourMedian, peerMedian] = [median(ours), median(peer)]
  const ratio = scenario.lowerIsBetter === true ? peerMedian / ourMedian : ourMedian / peerMedian
  return {
    name: scenario.name,
    unit: scenario.unit,
    ours: ourMedian,
    oursMin: ours[0] ?? 0,
    oursMax: ours.at(-1) ?? 0,
    reference: { name: sides[1]?.name ?? '', value: peerMedian },
    ratio,
    goal: scenario.lowerIsBetter === true ? `peer ≥ ${scenario.goal} × ours` : `≥ ${scenario.goal} ×`,
    met: ratio >= scenario.goal * 0.9,
    note: `peer ${fixed(peer[0])} … ${fixed(peer.at(-1))}`,
  }
}

const big = randomBytes(bigBytes)

async function pushBig(side: Side, push: (load: Load, name: string, blob: Blob) => Promise<void>): Promise<number> {
  randomFillSync(big, 0, 64) // another digest each time
  const blob = blobOf(big)
  const seconds = await timed(() => push(side.load, repository, blob))
  return bigBytes / mebibyte / seconds
}

async function pushSmall({ load }: Side): Promise<number> {
  const blobs = Array.from({ length: 1000 }, () => blobOf(randomBytes(10 * 1024)))
  const seconds = await timed(() =>
    inParallel(blobs.length, 8, index => pushWhole(load, repository, blobs[index] as Blob)),
  )
  return blobs.length / seconds
}

async function pull({ load, state }: Side): Promise<number> {
  if (state.blob === null) {
    state.blob = blobOf(Buffer.from(big))
    await pushWhole(load, repository, state.blob)
  }
  const { blob } = state
  const seconds = await timed(() => inParallel(8, 8, () => pullBlob(load, repository, blob)))
  return (8 * bigBytes) / mebibyte / seconds
}

async function putTags({ load, state }: Side): Promise<number> {
  state.manifest ??= await prepareImage(load, repository)
  const { manifest } = state
  const first = state.puts
  state.puts += 1000
  const seconds = await timed(() =>
    inParallel(1000, 16, index => putTag(load, repository, `v${first + index}`, manifest)),
  )
  return 1000 / seconds
}

async function getManifests({ load }: Side): Promise<number> {
  const seconds = await timed(() => inParallel(2000, 16, index => getTag(load, repository, `v${index}`)))
  return 2000 / seconds
}

async function listFirst({ load }: Side): Promise<number> {
  return 1000 * (await timed(() => listTags(load, repository, 100)))
}

/** What SHA-256 alone can do here: a push cannot be faster. */
function hashFloor(): BenchResult {
  const startedAt = performance.now()
  createHash('sha256').update(big).digest()
  const rate = bigBytes / mebibyte / ((performance.now() - startedAt) / 1000)
  return {
    name: 'SHA-256 of 200 MiB in memory',
    unit: 'MiB/s',
    ours: rate,
    reference: null,
    ratio: null,
    goal: 'for comparison',
    met: true,
  }
}

/** 10 GiB must need no more memory than 200 MiB did. */
async function memory({ pid }: Ours, side: Side): Promise<BenchResult> {
  const before = await peakMebibytes(pid)
  function* pieces(): Iterable<Buffer> {
    for (let piece = 0; piece < 10 * 1024; piece++) {
      big.writeUInt32LE(piece, 0)
      yield big.subarray(0, mebibyte)
    }
  }
  await pushStream(side.load, repository, pieces)
  const after = await peakMebibytes(pid)
  const ratio = after / before
  return {
    name: 'peak memory after pushing 10 GiB',
    unit: 'MiB',
    ours: after,
    reference: { name: 'before', value: before },
    ratio,
    goal: '≤ 1.2 ×',
    met: ratio <= 1.32,
  }
}

async function peakMebibytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

function fixed(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(value < 100 ? 2 : 0)
}
