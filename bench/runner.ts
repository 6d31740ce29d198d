// What a job waits for between its claim and the first byte of its script, beside what Docker itself takes for the same; and
// what layers that stay are worth.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Executor, RoomOrder } from '../src/executor/port.ts'
import { container, engine, newExecutor, order, script, service } from '../test/integration/executor/rooms.ts'
import { waitUntil } from '../test/support/wait-until.ts'
import type { BenchResult } from './result.ts'

const runs = 5
const never = new AbortController().signal
const layers = 20
const steadyJobs = 8

export async function run(): Promise<readonly BenchResult[]> {
  return [await coldStart(), await warmStart(), await warmDocker(), await steadyDocker(), await secondBuild()]
}

async function coldStart(): Promise<BenchResult> {
  const { executor } = newExecutor()
  try {
    const ours = await repeated(() => untilFirstByte(executor, {}))
    const theirs = await repeated(() => timed(() => execa('docker', ['run', '--rm', 'busybox', 'echo', 'hello'])))
    return compared('job without service, nothing made ahead, to the first byte', ours, theirs, 'docker run --rm', 1.2)
  } finally {
    await executor.close()
  }
}

async function warmStart(): Promise<BenchResult> {
  const { executor, runnerId } = newExecutor({ spares: { networks: 1, dockers: 0, most: 8, keepMs: 600_000 } })
  try {
    await untilFirstByte(executor, {})
    const ours = await repeated(async () => {
      await spare(runnerId, 'pause', 'running')
      return untilFirstByte(executor, {})
    })
    return compared(
      'job without service, network made ahead, to the first byte',
      ours,
      await repeated(floorInNamespace),
      'engine alone, in a running namespace',
      2,
    )
  } finally {
    await executor.close()
  }
}

/** Create, attach, start and the first byte, in the network of a container that runs. */
export async function floorInNamespace(): Promise<number> {
  const { docker } = engine
  const outer = await docker.createContainer({ Image: 'busybox', Cmd: ['sleep', '60'] })
  await outer.start()
  const started = performance.now()
  const inner = await docker.createContainer({
    Image: 'busybox',
    Cmd: ['echo', 'hello'],
    AttachStdout: true,
    HostConfig: { NetworkMode: `container:${outer.id}`, LogConfig: { Type: 'local', Config: {} } },
  })
  const stream = await inner.attach({ stream: true, stdout: true })
  await inner.start()
  await new Promise(resolve => stream.once('data', resolve))
  const tookMs = performance.now() - started
  await Promise.all([outer, inner].map(each => each.remove({ force: true })))
  return tookMs
}

async function warmDocker(): Promise<BenchResult> {
  const wish = { image: container('docker:git'), services: [service('docker:dind')] }
  const cold = newExecutor()
  const theirs = await repeated(() => untilFirstByte(cold.executor, wish), 3)
  await cold.executor.close()
  const { executor, runnerId } = newExecutor({ spares: { networks: 0, dockers: 1, most: 8, keepMs: 600_000 } })
  try {
    await untilFirstByte(executor, wish)
    const ours = await repeated(async () => {
      await spare(runnerId, 'service', 'paused')
      return untilFirstByte(executor, wish)
    }, 3)
    return compared(
      'job with a Docker service made ahead, to the first byte',
      ours,
      theirs,
      'the same, nothing made ahead',
      0.4,
    )
  } finally {
    await executor.close()
  }
}

/** Jobs without a pause, two at once: here the making of what is made ahead is in the time, the last one's too. */
async function steadyDocker(): Promise<BenchResult> {
  const wish = { image: container('docker:git'), services: [service('docker:dind')] }
  const measure = async (dockers: number): Promise<number> => {
    const { executor, runnerId } = newExecutor({ spares: { networks: dockers, dockers, most: 8, keepMs: 600_000 } })
    let left = steadyJobs
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1
        await untilFirstByte(executor, { ...wish, expected: Math.min(left, 2) })
      }
    }
    const tookMs = await timed(async () => {
      await Promise.all([worker(), worker()])
      if (dockers > 0) await spare(runnerId, 'service', 'paused')
    })
    await executor.close()
    return tookMs / steadyJobs
  }
  const [theirs, ours] = [[await measure(0)], [await measure(1)]]
  return compared('jobs with a Docker service, without a pause, a job', ours, theirs, 'the same, nothing made ahead', 1)
}

async function secondBuild(): Promise<BenchResult> {
  const { executor } = newExecutor({ keepLayersBytes: 2 * 1024 ** 3 })
  const wish = { image: container('docker:git'), services: [service('docker:dind')] }
  const steps = Array.from({ length: layers - 1 }, (_, index) => `RUN echo ${index} > /f${index}`)
  const build = [
    `printf '${['FROM scratch', 'COPY busybox /bin/sh', ...steps].join('\\n')}\\n' > Dockerfile`,
    'a=$(date +%s%N); docker build -q . >/dev/null; b=$(date +%s%N); echo "took $(( (b - a) / 1000000 ))"',
  ]
  try {
    const first = await buildMs(executor, wish, build)
    const later: number[] = []
    for (let turn = 0; turn < 3; turn += 1) later.push(await buildMs(executor, wish, build))
    return compared(`build of ${layers} layers, unchanged, in a later job`, later, [first], 'the first build', 0.15)
  } finally {
    await executor.close()
  }
}

async function buildMs(executor: Executor, wish: Partial<RoomOrder>, lines: readonly string[]): Promise<number> {
  const room = await executor.openRoom(order(wish), never)
  let text = ''
  try {
    await copyFile('/bin/busybox', join(room.workspace.directory, 'busybox')) // statically linked: it runs on `scratch`
    await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
    await room.run(
      {
        script: script(...lines),
        skipBytes: 0,
        onOutput: async bytes => {
          text += Buffer.from(bytes).toString()
        },
        onFed: async () => {},
        graceMs: 1000,
        detach: never,
      },
      never,
    )
  } finally {
    await room.close()
  }
  const took = /^took (\d+)$/m.exec(text)?.[1]
  if (took === undefined) throw new Error(`the build did not end:\n${text}`)
  return Number(took)
}

async function untilFirstByte(executor: Executor, wish: Partial<RoomOrder>): Promise<number> {
  const started = performance.now()
  const room = await executor.openRoom(order(wish), never)
  let tookMs = 0
  try {
    await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
    await room.run(
      {
        script: script('echo hello'),
        skipBytes: 0,
        onOutput: async () => {
          tookMs ||= performance.now() - started
        },
        onFed: async () => {},
        graceMs: 1000,
        detach: never,
      },
      never,
    )
  } finally {
    await room.close()
  }
  return tookMs
}

/** The one that is ready, and nothing else under way. */
async function spare(runnerId: string, kind: string, status: string): Promise<void> {
  const filters = { label: [`slipway.runner=${runnerId}`, `slipway.kind=${kind}`], status: [status] }
  await waitUntil(
    async () => (await engine.docker.listContainers({ all: true, filters })).length > 0,
    `a spare ${kind}`,
  )
  await new Promise(resolve => setTimeout(resolve, 300))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function repeated(measure: () => Promise<number>, times = runs): Promise<number[]> {
  const figures: number[] = []
  for (let turn = 0; turn < times; turn += 1) figures.push(await measure())
  return figures
}

function compared(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
  peer: string,
  most: number,
): BenchResult {
  const value = median(ours)
  const reference = median(theirs)
  const ratio = value / reference
  return {
    name,
    unit: 'ms',
    ours: value,
    oursMin: Math.min(...ours),
    oursMax: Math.max(...ours),
    reference: { name: peer, value: reference },
    ratio,
    goal: `≤ ${most} ×`,
    met: ratio <= most * 1.1,
  }
}

function median(figures: readonly number[]): number {
  return [...figures].sort((one, other) => one - other)[Math.floor(figures.length / 2)] ?? 0
}
