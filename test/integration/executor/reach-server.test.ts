// Jobs reach a server that listens on this host's loopback only, under its names, from the job and from its own Docker.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Executor, Room } from '../../../src/executor/port.ts'
import { container, leftovers, listen, newExecutor, order, script, service } from './rooms.ts'

const never = new AbortController().signal
let executor: Executor
let runnerId: string
let server: Server
let asked: string[]
const rooms: Room[] = []
beforeEach(async () => {
  ;({ executor, runnerId } = newExecutor())
  asked = []
  server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`)
    response.writeHead(request.url?.startsWith('/v2/') && request.url !== '/v2/' ? 404 : 200, {
      'docker-distribution-api-version': 'registry/2.0',
      'content-type': 'application/json',
    })
    response.end(
      request.url === '/v2/' ? '{}' : '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"seen by the test"}]}',
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await Promise.all(rooms.splice(0).map(room => room.close()))
  await executor.close()
  server.closeAllConnections()
  server.close()
  expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

async function runLines(image: string, services: string[], lines: string[]): Promise<string> {
  const { port } = server.address() as AddressInfo
  const room = await executor.openRoom(
    order({
      image: container(image),
      services: services.map(name => service(name)),
      server: {
        names: ['registry.example.com', 'ci.example.com'],
        ports: [80, port],
        loopbackPorts: [port],
        target: { host: '127.0.0.1', port },
        origin: `http://127.0.0.1:${port}`,
      },
      registry: { host: 'registry.example.com', tls: false, ca: null },
    }),
    never,
  )
  rooms.push(room)
  await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
  const heard = listen()
  await room.run(
    {
      script: script(...lines),
      skipBytes: 0,
      onOutput: heard.onOutput,
      onFed: async () => {},
      graceMs: 1000,
      detach: never,
    },
    never,
  )
  return heard.text()
}

test('a job finds the server under its names, on port 80 and on its own', { timeout: 60_000 }, async () => {
  const { port } = server.address() as AddressInfo
  const text = await runLines(
    'busybox',
    [],
    ['wget -qO- http://registry.example.com/hello', `wget -qO- http://ci.example.com:${port}/there`],
  )
  expect(text).toContain('seen by the test')
  expect(asked).toEqual(['registry.example.com /hello', `ci.example.com:${port} /there`])
})

test('its Docker speaks plain HTTP with our registry', { timeout: 60_000 }, async () => {
  const text = await runLines('docker:git', ['docker:dind'], ['docker pull registry.example.com/g/p:master || true'])
  expect(asked).toContain('registry.example.com /v2/')
  expect(text).toMatch(/manifest|seen by the test/)
})

test('a server whose name is an address of the loopback is reached there, from the job and its after_script', {
  timeout: 60_000,
}, async () => {
  const { port } = server.address() as AddressInfo
  const text = await runLines(
    'busybox',
    [],
    [`wget -qO- http://127.0.0.1:${port}/one`, `wget -qO- http://localhost:${port}/two`],
  )
  expect(text).toContain('seen by the test')
  expect(asked).toEqual([`127.0.0.1:${port} /one`, `localhost:${port} /two`])
})
