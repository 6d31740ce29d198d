// Brings a growing file to the server by byte offset: a job's output after some quiet at once, a stream of bytes with at most a
// tenth of a second of delay, and so the runner's own words, for whose sake alone no request is made while a job is prepared.
// After a broken connection from where the server says that it stands. It never gives up by itself.
import { type FileHandle, open } from 'node:fs/promises'
import { untilAborted } from '../kit/abort.ts'
import type { Clock, JobWord, LeaseKey, ServerClient } from './ports.ts'
import type { SpoolSource } from './spool.ts'

export type TraceSender = {
  /** The file has bytes up to here now; whose the last are decides how long they may wait. */
  readonly grew: (sizeBytes: number, by: SpoolSource) => void
  /** Resolves when the server has all bytes, or wants no more. */
  readonly flush: (signal: AbortSignal) => Promise<'acknowledged' | 'stale'>
  readonly stop: () => Promise<void>
}

export type TraceSenderOptions = {
  readonly path: string
  readonly key: LeaseKey
  readonly server: Pick<ServerClient, 'appendTrace'>
  readonly clock: Clock
  readonly onWord: (word: JobWord) => void
}

const maxChunkBytes = 1024 * 1024
const delayMs = 100
/** So many requests may go out without delay before the pace is one in `delayMs`: who waits for a line shall see it. */
const mostHasty = 4
const firstRetryMs = 100
const lastRetryMs = 5_000

export function createTraceSender(options: TraceSenderOptions): TraceSender {
  const { path, key, server, clock, onWord } = options
  const ending = new AbortController()
  let size = 0
  /** The file has output of the job up to here. */
  let outputEnd = 0
  let acknowledged = 0
  let isStale = false
  let isFlushing = false
  let gathering: { readonly isEnough: () => boolean; readonly end: AbortController } | null = null
  /** Used again for each request: a fresh one each time costs more in collecting garbage than all the rest. */
  let bytes = new Uint8Array(0)
  let wake = () => {}
  let settled = () => {}
  const working = work()

  async function work(): Promise<void> {
    const file = await open(path, 'a+', 0o600)
    try {
      await sendAll(file)
    } catch (error) {
      if (!ending.signal.aborted) throw error
    } finally {
      await file.close()
    }
  }

  async function sendAll(file: FileHandle): Promise<void> {
    let retryMs = firstRetryMs
    /** When the requests so far would have been sent at the steady pace; full ones, which wait for nothing, put off no later one. */
    let pacedUntil = Number.NEGATIVE_INFINITY
    while (!isStale && !ending.signal.aborted) {
      if (acknowledged >= size) {
        settled()
        await new Promise<void>(resolve => {
          wake = resolve
        })
        continue
      }
      await gather(delayMs, () => outputEnd > acknowledged || isFull())
      await gather(pacedUntil - (mostHasty - 1) * delayMs - clock.monotonicMs(), isFull)
      const now = clock.monotonicMs()
      pacedUntil = Math.min(Math.max(pacedUntil, now), now + (mostHasty - 1) * delayMs) + delayMs
      const isSent = await sendOne(file)
      if (!isSent) await clock.sleep(retryMs * (0.5 + Math.random()), ending.signal)
      retryMs = isSent ? firstRetryMs : Math.min(retryMs * 2, lastRetryMs)
    }
    settled()
  }

  /** There are bytes enough for a request, or no more will come. */
  function isFull(): boolean {
    return isFlushing || size - acknowledged >= maxChunkBytes
  }

  async function gather(durationMs: number, isEnough: () => boolean): Promise<void> {
    if (durationMs <= 0 || isEnough()) return
    const end = new AbortController()
    gathering = { isEnough, end }
    await clock.sleep(durationMs, AbortSignal.any([ending.signal, end.signal])).catch(() => {
      ending.signal.throwIfAborted() // else there is enough
    })
    gathering = null
  }

  function endGathering(): void {
    if (gathering?.isEnough()) gathering.end.abort()
  }

  async function sendOne(file: FileHandle): Promise<boolean> {
    const wanted = Math.min(size - acknowledged, maxChunkBytes)
    if (wanted > bytes.length) bytes = new Uint8Array(wanted)
    const { bytesRead } = await file.read(bytes, 0, wanted, acknowledged)
    try {
      const chunk = { startByte: acknowledged, bytes: bytes.subarray(0, bytesRead) }
      const answer = await server.appendTrace(key, chunk, ending.signal)
      if (answer.kind === 'stale') {
        isStale = true
        onWord('stale')
      } else {
        acknowledged = Math.min(answer.endByte, size)
        if (answer.kind === 'accepted') onWord(answer.word)
      }
      return true
    } catch {
      return false // not reachable: the bytes are on disk, and the next try is soon
    }
  }

  return {
    grew: (sizeBytes, by) => {
      size = sizeBytes
      if (by === 'job') outputEnd = size
      endGathering()
      wake()
    },
    flush: async signal => {
      isFlushing = true
      endGathering()
      while (!isStale && acknowledged < size) {
        const sent = new Promise<void>(resolve => {
          settled = resolve
        })
        wake()
        await untilAborted(sent, signal)
      }
      return isStale ? 'stale' : 'acknowledged'
    },
    stop: async () => {
      ending.abort()
      wake()
      await working
    },
  }
}
