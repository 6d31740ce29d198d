// The listening sockets: every address serves the same doors. Limits are those of uploads: a push of many gigabytes may
// take hours, but headers may not, and neither may a connection on which nothing happens.
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Address, ServerConfig } from '../../config.ts'
import { AppError, messageOf } from '../../kit/errors.ts'
import type { ServerCertificate } from './certificate.ts'

export type Doors = {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

export type Listeners = {
  /** With the ports that were really taken. */
  readonly addresses: readonly Address[]
  /** For connections from now on. */
  readonly useCertificate: (certificate: ServerCertificate) => void
  /** No new requests; those that run may end until the deadline. */
  readonly close: (deadlineMs: number) => Promise<void>
}

const settings: ServerOptions = {
  requestTimeout: 0,
  headersTimeout: 60_000,
  keepAliveTimeout: 75_000,
  // No larger `highWaterMark`: a body read by `for await` would be joined from its chunks, a copy of every byte.
}
const silenceMs = 10 * 60_000

/** @throws AppError `address_taken` */
export async function openListeners(
  config: Pick<ServerConfig, 'listen'>,
  { keyPair }: ServerCertificate,
  doors: Doors,
): Promise<Listeners> {
  const servers = config.listen.map(() =>
    keyPair === null
      ? createServer(settings, doors.handle)
      : createSecureServer({ ...settings, ...keyPair }, doors.handle),
  )
  for (const server of servers) {
    server.setTimeout(silenceMs)
    server.on('upgrade', doors.upgrade)
  }
  const addresses = await Promise.all(
    servers.map((server, index) => listen(server, config.listen[index] as Address)),
  ).catch(error => {
    for (const server of servers) server.close() // those that listen already
    throw error
  })
  return {
    addresses,
    useCertificate: fresh => {
      for (const server of servers)
        if ('setSecureContext' in server && fresh.keyPair !== null) server.setSecureContext(fresh.keyPair)
    },
    close: async deadlineMs => {
      await Promise.all(servers.map(server => closeServer(server, deadlineMs)))
    },
  }
}

async function listen(server: Server | SecureServer, { host, port }: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(new AppError('address_taken', `cannot listen on ${host}:${port}: ${messageOf(error)}`)),
    )
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return { host, port: address === null || typeof address === 'string' ? port : address.port }
}

async function closeServer(server: Server | SecureServer, deadlineMs: number): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  server.closeIdleConnections()
  const impatience = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearTimeout(impatience)
}
