// A way to the Docker engine on which some of what is asked never gets there, or is answered with a failure. All else passes,
// attached streams too.
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createTemporaryFolder } from './temporary.ts'

export type EngineProxy = {
  /** `unix:///…` */
  readonly host: string
  /** What is asked like this (`DELETE /containers/…`): `hang` is never answered, `fail` with 500 at once, `pass` as usual. */
  readonly set: (pattern: RegExp, mode: 'pass' | 'hang' | 'fail') => void
  /** How often something was held up or refused. */
  readonly count: () => number
  readonly close: () => Promise<void>
}

export async function startEngineProxy(): Promise<EngineProxy> {
  const socketPath = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '')
  const folder = await createTemporaryFolder('slipway-engine-proxy')
  const path = join(folder.path, 'docker.sock')
  const sockets = new Set<Socket>()
  let rule: { readonly pattern: RegExp; readonly mode: 'pass' | 'hang' | 'fail' } = { pattern: /^$/, mode: 'pass' }
  let count = 0

  /** True: it goes no further. */
  function stop(incoming: IncomingMessage, response: ServerResponse): boolean {
    const asked = `${incoming.method} ${(incoming.url ?? '').replace(/^\/v[\d.]+/, '')}`
    if (rule.mode === 'pass' || !rule.pattern.test(asked)) return false
    count += 1
    if (rule.mode === 'fail') response.writeHead(500).end('{"message":"could not kill: did not receive an exit event"}')
    return true
  }

  const server = createServer((incoming, response) => {
    if (stop(incoming, response)) return
    const { method, url, headers } = incoming
    const outgoing = httpRequest({ socketPath, method, path: url, headers }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  })
  server.on('upgrade', (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    const far = connect({ path: socketPath, allowHalfOpen: true })
    const lines = incoming.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []))
    far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    far.write(head)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen({ path }, resolve))

  return {
    host: `unix://${path}`,
    set: (pattern, mode) => {
      rule = { pattern, mode }
    },
    count: () => count,
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      await folder.remove()
    },
  }
}
