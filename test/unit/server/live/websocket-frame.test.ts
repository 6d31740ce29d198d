import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { binaryFrame } from '../../../../src/server/live/websocket-frame.ts'

test('frames written beside the library are read by it as messages, between its own', async () => {
  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const server = createServer().on('upgrade', (request, raw, head) =>
    sockets.handleUpgrade(request, raw, head, socket => {
      for (const size of sizes) {
        socket.send(`next ${size}`)
        raw.write(binaryFrame(Buffer.alloc(size, 'x')))
      }
      socket.close()
    }),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const seen: string[] = []
  client.on('message', (data, isBinary) => seen.push(isBinary ? String((data as Buffer).length) : String(data)))
  const [code] = await once(client, 'close')
  server.close()
  expect(code).toBe(1005)
  expect(seen).toEqual(sizes.flatMap(size => [`next ${size}`, String(size)]))
})
