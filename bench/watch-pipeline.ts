// Waits for a pipeline's end as a project's page does, told by the server: asking for it again and again would cost a tenth of
// the processors whose work is measured.
import { WebSocket } from 'ws'
import { livePath, type ServerMessage } from '../src/server/live/protocol.ts'
import type { Slipway } from '../test/support/slipway.ts'

const limitMs = 300_000
const finalStatuses = ['success', 'failed', 'canceled']

export type PipelineWatch = {
  /** The status of the first pipeline that ended after the watch had begun. */
  readonly ended: Promise<string>
  readonly close: () => void
}

/** Resolves when the watch has begun. */
export async function watchForPipeline({ url, rootToken }: Slipway, projectId: number): Promise<PipelineWatch> {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + livePath, {
    headers: { authorization: `Bearer ${rootToken}` },
  })
  const watching = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  const fail = (error: Error) => {
    watching.reject(error)
    ended.reject(error)
  }
  const timer = setTimeout(() => fail(new Error(`no pipeline ended within ${limitMs / 1000} s`)), limitMs)
  ended.promise.catch(() => {}) // told to whoever awaits it
  socket.on('error', fail)
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topic: `project:${projectId}` })))
  socket.on('message', data => {
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'subscribed') watching.resolve()
    if (message.type !== 'events') return
    for (const event of message.events)
      if (event.kind === 'pipeline' && finalStatuses.includes(event.status)) ended.resolve(event.status)
  })
  await watching.promise
  return {
    ended: ended.promise,
    close: () => {
      clearTimeout(timer)
      socket.close()
    },
  }
}
