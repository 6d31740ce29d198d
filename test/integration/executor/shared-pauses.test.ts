// A network that is there serves job after job of one project and trust class, as long as nothing of a job stays in it.
import { afterEach, expect, test } from 'vitest'
import type { DockerSettings } from '../../../src/executor/docker/settings.ts'
import type { Executor, RoomOrder } from '../../../src/executor/port.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { engine, leftovers, limits, listen, newExecutor, order, script } from './rooms.ts'

const never = new AbortController().signal
const spares = { networks: 1, dockers: 0, most: 8, keepMs: 600_000 }
let executor: Executor
let runnerId: string
afterEach(async () => {
  await executor.close()
  expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

/** Until a job is in a network that was made ahead; from then on that one waits for the next. */
async function begin(changes: Partial<DockerSettings> = {}): Promise<void> {
  ;({ executor, runnerId } = newExecutor({ spares, ...changes }))
  await run('true')
  await waitUntil(async () => (await pauses()).length > 0, 'a network made ahead')
  // It runs a little before it is given away.
  await waitUntil(async () => (await run('true')).pause !== null, 'a job in it')
}

type Ran = { readonly text: string; readonly pause: string | null }

async function run(line: string, changes: Partial<RoomOrder> = {}): Promise<Ran> {
  const asked = order(changes)
  const room = await executor.openRoom(asked, never)
  const heard = listen()
  let pause: string | null = null
  try {
    await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
    await room.run(
      {
        script: script(line),
        skipBytes: 0,
        onOutput: heard.onOutput,
        onFed: async () => {},
        graceMs: 1000,
        detach: never,
      },
      never,
    )
    pause = await pauseOf(asked)
  } finally {
    await room.close()
  }
  return { text: heard.text().trimEnd(), pause }
}

async function pauses(): Promise<string[]> {
  const filters = { label: [`slipway.runner=${runnerId}`, 'slipway.kind=pause'], status: ['running'] }
  return (await engine.docker.listContainers({ filters })).map(({ Id }) => Id)
}

test('the next job has the same network, and no process, listener or file of the one before', {
  timeout: 120_000,
}, async () => {
  await begin()
  const first = await run('nc -l -p 8000 < /dev/null & touch /tmp/left; hostname')
  const second = await run('ps | grep "[n]c -l" || true; netstat -ln | grep :8000 || true; ls /tmp /builds; hostname')
  expect(second.pause).toBe(first.pause)
  expect(second.text).toBe(`/builds:\n\n/tmp:\n${first.text}`)
})

test.each(['hosts', 'resolv.conf', 'hostname'])(
  'what a job writes into /etc/%s no other job reads',
  { timeout: 120_000 },
  async name => {
    await begin()
    const first = await run(`echo '# written' >> /etc/${name}`)
    const second = await run(`grep written /etc/${name} || true`)
    expect(second.text).toBe('')
    expect(second.pause).not.toBe(first.pause)
  },
)

test('another project or trust class never has it', { timeout: 120_000 }, async () => {
  await begin()
  const first = await run('true')
  const others = [await run('true', { projectId: 2 }), await run('true', { trustClass: 'protected' })]
  expect(others.map(({ pause }) => pause)).not.toContain(first.pause)
  expect((await run('true')).pause).toBe(first.pause)
})

test('a job that may change its network has it alone', { timeout: 120_000 }, async () => {
  await begin({ jobLimits: { ...limits, capAdd: ['NET_ADMIN'] } })
  await run('ip addr add 10.99.0.1/32 dev lo')
  expect((await run('ip addr | grep 10.99.0.1 || true')).text).toBe('')
})

test('it stays while a job is in it that another process began, and goes with that job', {
  timeout: 120_000,
}, async () => {
  await begin()
  const asked = order()
  const room = await executor.openRoom(asked, never)
  await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
  const joined = await pauseOf(asked)
  const fed = Promise.withResolvers<void>()
  const leave = new AbortController()
  const step = { skipBytes: 0, onOutput: async () => {}, onFed: async () => fed.resolve(), graceMs: 1000 }
  const left = room.run({ ...step, script: script('sleep 3; exit 7'), detach: leave.signal }, never).catch(() => 'left')
  await fed.promise
  leave.abort(new Error('handed over'))
  expect(await left).toBe('left')

  const { executor: next } = newExecutor({ spares }, runnerId)
  await next.sweep(async () => [asked.key])
  expect(await pauses()).toEqual([joined])
  const adopted = await next.adoptRoom(asked, never)
  expect((await adopted?.run({ ...step, script: null, detach: never }, never))?.exitCode).toBe(7)
  await adopted?.close()
  expect(await pauses()).toEqual([])
  await next.close()
})

/** Null: the job's container has a network of its own. */
async function pauseOf({ key }: RoomOrder): Promise<string | null> {
  const filters = { label: [`slipway.runner=${runnerId}`, 'slipway.kind=job', `slipway.job=${key.jobId}`] }
  const [job] = await engine.docker.listContainers({ all: true, filters })
  return job?.HostConfig.NetworkMode.startsWith('container:') ? job.HostConfig.NetworkMode.slice(10) : null
}
