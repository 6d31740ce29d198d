// S17: an image is what somebody made it: thousands of labels, ports and variables. Jobs run in it as in any other; as a
// service it is waited for at a few of its ports, and told of in a few words.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Executor, RoomOrder } from '../../src/executor/port.ts'
import {
  container,
  engine,
  leftovers,
  listen,
  newExecutor,
  order,
  script,
  service,
  settings,
} from '../integration/executor/rooms.ts'

const count = 10_000
/** Of these the engine compares each with each when it makes the image. */
const variables = process.env.SLIPWAY_SOAK === undefined ? 2_000 : count
const never = new AbortController().signal
const name = `slipway-test-huge-${randomBytes(4).toString('hex')}`
let executor: Executor
let runnerId: string

beforeAll(async () => {
  const each = (word: (index: number) => string, length = count) => Array.from({ length }, (_, at) => word(at))
  // What a container was made with, its image has.
  const made = await engine.docker.createContainer({
    Image: 'busybox',
    Cmd: ['sleep', '300'],
    Env: each(at => `VARIABLE${at}=value${at}`, variables),
    Labels: Object.fromEntries(each(at => `label${at}`).map(label => [label, 'value'])),
    ExposedPorts: Object.fromEntries(each(at => `${10_000 + at}/tcp`).map(port => [port, {}])),
  })
  await made.commit({ repo: name })
  await made.remove()
  const services = { ...settings.services, readyTimeoutMs: 1000 }
  ;({ executor, runnerId } = newExecutor({ services }))
})
afterAll(async () => {
  await executor.close()
  await engine.docker.getImage(name).remove({ force: true })
  expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

async function run(changes: Partial<RoomOrder>, ...lines: readonly string[]): Promise<{ log: string; said: string }> {
  const room = await executor.openRoom(order(changes), never)
  const heard = listen()
  const said: string[] = []
  try {
    await room.furnish({ sourcesReady: Promise.resolve(), say: line => said.push(line) }, never)
    const step = { script: script(...lines), skipBytes: 0, onFed: async () => {}, graceMs: 1000, detach: never }
    await room.run({ ...step, onOutput: heard.onOutput }, never)
  } finally {
    await room.close()
  }
  return { log: heard.text(), said: said.join('\n') }
}

test(`a job runs in an image of ${count} labels and ports and ${variables} variables`, async () => {
  const before = process.memoryUsage().rss
  const { log } = await run({ image: container(name) }, 'echo "$VARIABLE0 $VARIABLE1999"', 'env | grep -c ^VARIABLE')
  expect(log).toBe(`value0 value1999\n${variables}\n`)
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
})

test('as a service it is not waited for at each of its ports, and the job goes on', async () => {
  const { log, said } = await run({ services: [service(name)] }, 'echo well')
  expect(log).toBe('well\n')
  expect(said).toContain('was not ready after 1 s (no connection to port 10000, 10001')
  expect(said.length).toBeLessThan(1000)
})
