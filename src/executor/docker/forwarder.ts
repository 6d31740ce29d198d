// Lets jobs reach a server that listens on this host's loopback only: a listener on the gateway address of the job's own
// network hands connections on. What comes in there is HTTP for the server and nothing else of this host.
import { connect, createServer, type Server, type Socket } from 'node:net'

export type Forwarding = { readonly close: () => Promise<void> }

export type ForwardOrder = {
  /** The gateway of the job's network: only that network's containers and this host can reach it. */
  readonly address: string
  readonly ports: readonly number[]
  readonly target: { readonly host: string; readonly port: number }
  /** Why a port is not forwarded, for the runner's log. */
  readonly onProblem: (port: number, error: Error) => void
}

export async function forwardToServer(order: ForwardOrder): Promise<Forwarding> {
  const sockets = new Set<Socket>()
  const servers = await Promise.all(order.ports.map(port => listen(port, order, sockets)))
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all(
        servers.map(server => new Promise<void>(resolve => (server ? server.close(() => resolve()) : resolve()))),
      )
    },
  }
}

function listen(port: number, order: ForwardOrder, sockets: Set<Socket>): Promise<Server | null> {
  const server = createServer({ noDelay: true }, inner => join(inner, connect(order.target), sockets))
  return new Promise(resolve => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // In use: something listens on all addresses, mostly the server itself, so the port is served already.
      if (error.code !== 'EADDRINUSE') order.onProblem(port, error)
      resolve(null)
    })
    server.listen(port, order.address, () => resolve(server))
  })
}

function join(inner: Socket, outer: Socket, sockets: Set<Socket>): void {
  outer.setNoDelay(true)
  for (const [socket, other] of [
    [inner, outer],
    [outer, inner],
  ] as const) {
    sockets.add(socket)
    socket.on('error', () => other.destroy()) // either end's failure ends both; the peers see a closed connection
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
    socket.pipe(other)
  }
}
