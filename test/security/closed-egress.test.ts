// A runner whose jobs may reach its server alone: there is no way out of their networks, whatever an address says. The world
// outside is another network of this machine, a cable away.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Executor, ServerOrder } from '../../src/executor/port.ts'
import { container, leftovers, listen, newExecutor, order, script, service } from '../integration/executor/rooms.ts'
import { createOutsideWorld, type OutsideWorld } from '../support/outside-world.ts'

const never = new AbortController().signal
const outside = '198.51.100.2'
const askOutside = `wget -q -T 3 -O - http://${outside} || echo nobody`
const askServer = 'wget -q -O - http://ci.example.com; echo'

let server: Server
let world: OutsideWorld
let executor: Executor
let runnerId: string
beforeEach(async () => {
  server = createServer((_, response) => response.end('hello from the server'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  world = await createOutsideWorld(outside)
})
afterEach(async () => {
  await executor.close()
  await world.remove()
  server.close()
  expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

async function runLines(lines: string[], { image = 'busybox', services = [] as string[] } = {}): Promise<string> {
  const room = await executor.openRoom(
    order({ image: container(image), services: services.map(name => service(name)), server: serverOrder() }),
    never,
  )
  const heard = listen()
  const said: string[] = []
  try {
    await room.furnish({ sourcesReady: Promise.resolve(), say: line => said.push(line) }, never)
    const step = { script: script(...lines), skipBytes: 0, onFed: async () => {}, graceMs: 1000, detach: never }
    await room.run({ ...step, onOutput: heard.onOutput }, never)
  } finally {
    await room.close()
  }
  return heard.text()
}

function serverOrder(): ServerOrder {
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return { names: ['ci.example.com'], ports: [80], loopbackPorts: [], target: { host: '127.0.0.1', port }, origin }
}

test('jobs without services reach the server and nothing else', async () => {
  ;({ executor, runnerId } = newExecutor({ egress: 'server' }))
  expect(await runLines([askOutside, askServer])).toMatch(/nobody\nhello from the server\n$/)
})

test('nor do jobs with a Docker of their own', async () => {
  ;({ executor, runnerId } = newExecutor({ egress: 'server' }))
  const lines = [
    'docker info --format "dind {{.OSType}}"',
    `timeout 3 bash -c '</dev/tcp/${outside}/80' 2>/dev/null && echo somebody || echo nobody`,
    `bash -c '</dev/tcp/ci.example.com/80' && echo the server`,
  ]
  const told = await runLines(lines, { image: 'docker:git', services: ['docker:dind'] })
  expect(told).toBe('dind linux\nnobody\nthe server\n')
})

test('where it is not closed the same ways lead out', async () => {
  ;({ executor, runnerId } = newExecutor())
  expect(await runLines([askOutside])).toBe('hello from outside\n')
})
