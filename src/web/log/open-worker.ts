// The worker of a log. Its script may fail to load when the network changes; it is asked for again, and what was said
// meanwhile waits for it.
import type { FromWorker, ToWorker } from './worker-protocol.ts'

export type LogWorker = {
  readonly say: (message: ToWorker, transfer?: Transferable[]) => void
  readonly close: () => void
}

const tries = 4
const pauseMs = 300

export function openWorker(onMessage: (message: Exclude<FromWorker, { type: 'ready' }>) => void): LogWorker {
  let waiting: { readonly message: ToWorker; readonly transfer: Transferable[] }[] | undefined = []
  let retry: ReturnType<typeof setTimeout> | undefined
  let worker = start(1)

  function start(attempt: number): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    started.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'ready') sendWaiting()
      else onMessage(data)
    }
    started.onerror = () => {
      if (waiting === undefined || attempt === tries) return
      started.terminate()
      retry = setTimeout(() => {
        worker = start(attempt + 1)
      }, pauseMs * attempt)
    }
    return started
  }

  function sendWaiting(): void {
    for (const { message, transfer } of waiting ?? []) worker.postMessage(message, transfer)
    waiting = undefined
  }

  return {
    say: (message, transfer = []) => {
      if (waiting === undefined) worker.postMessage(message, transfer)
      else waiting.push({ message, transfer })
    },
    close: () => {
      clearTimeout(retry)
      worker.terminate()
    },
  }
}
