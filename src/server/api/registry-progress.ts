// Long work as lines of JSON: what was done so far, at most ten times a second, and the result as the last line. It ends when
// the client goes away.
import type { IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

const everyMs = 100

export async function* progressLines(
  request: IncomingMessage,
  work: (signal: AbortSignal, tell: (progress: object) => void) => Promise<object>,
): AsyncGenerator<string> {
  const gone = new AbortController()
  request.socket.once('close', () => gone.abort())
  const untold: { progress: object | null } = { progress: null }
  const working = work(gone.signal, progress => {
    untold.progress = progress
  })
  for (;;) {
    const result = await Promise.race([working, wait(everyMs, null)])
    if (result !== null) {
      yield `${JSON.stringify(result)}\n`
      return
    }
    if (untold.progress !== null) yield `${JSON.stringify(untold.progress)}\n`
    untold.progress = null
  }
}
