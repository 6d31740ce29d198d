// S6, S17: a job's own Docker is the job's, and so are its answers. The runner asks it whether it is there and to pull images;
// whatever it says, the runner goes nowhere else, keeps little, and does not wait long.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { giveImage } from '../../src/executor/docker/docker-service-images.ts'
import { answersPing, askDocker, type DockerAddress } from '../../src/executor/docker/probe.ts'

const servers: (Server | TcpServer)[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})

async function hostile(answer: RequestListener): Promise<DockerAddress> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, certificates: null }
}

const image = { reference: 'registry.example.com/g/p:1', digest: `sha256:${'a'.repeat(64)}` }
const give = (address: DockerAddress) =>
  giveImage(address, image, { credentials: [], signal: new AbortController().signal })

describe('a Docker service that lies', () => {
  test('and redirects sends the runner nowhere', async () => {
    let visits = 0
    const inner = await hostile((_request, response) => {
      visits += 1
      response.end('OK')
    })
    const target = `http://127.0.0.1:${inner.port}/latest/meta-data`
    const address = await hostile((_request, response) => response.writeHead(307, { location: target }).end())
    expect(await answersPing(address, 1000)).toBe(false)
    await give(address).catch(() => {}) // what it says of the pull does not matter here
    expect(visits).toBe(0)
  })

  test('and never ends its answer is believed no longer than a few bytes', async () => {
    let sent = 0
    const address = await hostile((_request, response) => {
      const flood = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536
      }
      response.on('drain', flood)
      flood()
    })
    expect(await answersPing(address, 5000)).toBe(false)
    await expect(give(address)).rejects.toThrow('no answer')
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  test('and drips its answer holds nobody up', async () => {
    const server = createTcpServer(socket => {
      socket.on('error', () => {}) // the runner hung up
      socket.write('HTTP/1.1 200 OK\r\nx: ')
      const drip = setInterval(() => socket.write('y'), 50)
      socket.on('close', () => clearInterval(drip))
    })
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await answersPing({ host: '127.0.0.1', port, certificates: null }, 400)).toBe(false)
  })

  test('and speaks no HTTP, or says no, is no answer and no mistake', async () => {
    const address = await hostile((_request, response) => response.socket?.end('\0\u001b]0;owned\u0007\r\n\r\n'))
    const question = { method: 'GET' as const, path: '/_ping', timeoutMs: 1000, totalMs: 1000, maxBytes: 10 }
    expect(await askDocker(address, question)).toBe(null)
    const refusing = await hostile((_request, response) =>
      response.writeHead(500).end(`{"message":"${'\\u001b[31m'.repeat(10_000)}"}`),
    )
    const refusal = await give(refusing).catch((error: unknown) => String(error))
    expect(String(refusal).length).toBeLessThan(1000)
  })
})
