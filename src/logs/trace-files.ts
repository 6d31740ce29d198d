// Traces as files: `DIR/<shard>/<job>.<lease>.log`, beside it `.times` (when which byte came), and while a log is over
// its cap `.tail` (a ring of its last bytes). A newer lease's files replace those of the older one.
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createKeyedLock } from '../kit/keyed-lock.ts'
import type { ArrivalTime, ByteRange, TraceAppend, TraceKey, TraceStore } from './ports.ts'
import { openTrace, type TraceCap, type TraceFile, timeEntryBytes } from './trace-file.ts'

/** What GitLab bounds a trace to. A Slipway runner caps at 64 MiB by itself; this is for other runners. */
export const serverCap: TraceCap = { headBytes: 96 * 1024 * 1024, tailBytes: 4 * 1024 * 1024 }

const maximumOpenTraces = 128
const streamPieceBytes = 256 * 1024

export type TraceFilesOptions = { readonly folder: string; readonly nowMs: () => number; readonly cap?: TraceCap }

export function createTraceFiles({ folder, nowMs, cap = serverCap }: TraceFilesOptions): TraceStore {
  const inOrder = createKeyedLock()
  const openTraces = new Map<number, TraceFile>()

  function append(key: TraceKey, chunk: { readonly start: number; readonly bytes: Uint8Array }): Promise<TraceAppend> {
    return inOrder(String(key.jobId), async () => {
      const trace = await writable(key)
      return trace === 'stale' ? { kind: 'stale' } : trace.append(chunk)
    })
  }

  function finish(key: TraceKey): Promise<{ readonly start: number; readonly bytes: Uint8Array }> {
    return inOrder(String(key.jobId), async () => {
      const trace = await writable(key)
      if (trace === 'stale') return { start: 0, bytes: new Uint8Array(0) }
      const last = await trace.finish()
      openTraces.delete(key.jobId)
      await trace.close()
      return last
    })
  }

  /** The trace of this very lease, opened for writing. */
  async function writable(key: TraceKey): Promise<TraceFile | 'stale'> {
    const known = openTraces.get(key.jobId)
    if (known !== undefined && known.lease === key.lease) return known
    const newest = known?.lease ?? (await newestLease(key.jobId))
    if (newest !== null && newest > key.lease) return 'stale'
    if (newest !== null && newest < key.lease) await remove(key.jobId)
    await mkdir(shardOf(key.jobId), { recursive: true })
    const trace = await openTrace({ path: pathOf(key), lease: key.lease, cap, nowMs })
    openTraces.set(key.jobId, trace)
    await closeOldest()
    return trace
  }

  async function closeOldest(): Promise<void> {
    if (openTraces.size <= maximumOpenTraces) return
    const [oldest] = openTraces.keys()
    if (oldest === undefined) return
    await inOrder(String(oldest), async () => {
      await openTraces.get(oldest)?.close()
      openTraces.delete(oldest)
    })
  }

  async function size(jobId: number): Promise<number> {
    const known = openTraces.get(jobId)
    if (known !== undefined) return known.size()
    return (await withLog(jobId, async handle => (await handle.stat()).size)) ?? 0
  }

  async function read(jobId: number, range: ByteRange): Promise<Uint8Array> {
    const bytes = await withLog(jobId, async handle => {
      const end = Math.min(range.end, (await handle.stat()).size)
      const buffer = Buffer.alloc(Math.max(0, end - range.start))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, range.start)
      return buffer.subarray(0, bytesRead)
    })
    return bytes ?? new Uint8Array(0)
  }

  async function* pieces(jobId: number, range: ByteRange): AsyncGenerator<Uint8Array> {
    for (let start = range.start; start < range.end; ) {
      const piece = await read(jobId, { start, end: Math.min(range.end, start + streamPieceBytes) })
      if (piece.length === 0) return
      yield piece
      start += piece.length
    }
  }

  async function arrivals(jobId: number): Promise<readonly ArrivalTime[]> {
    const bytes = (await withFile(jobId, '.times', handle => handle.readFile())) ?? Buffer.alloc(0)
    return Array.from({ length: Math.floor(bytes.length / timeEntryBytes) }, (_, index) => ({
      offset: bytes.readDoubleBE(index * timeEntryBytes),
      atMs: bytes.readDoubleBE(index * timeEntryBytes + 8),
    }))
  }

  async function jobsAfter(jobId: number, limit: number): Promise<readonly number[]> {
    const shards = (await readdir(folder).catch(emptyWhenMissing)).map(Number).filter(Number.isSafeInteger)
    const found: number[] = []
    for (const shard of shards.sort((one, other) => one - other)) {
      if (shard < shardNumber(jobId) || found.length >= limit) continue
      const names = await readdir(join(folder, String(shard)))
      const ids = new Set(names.map(name => Number(name.split('.')[0])))
      found.push(...[...ids].filter(id => id > jobId).sort((one, other) => one - other))
    }
    return found.slice(0, limit)
  }

  async function remove(jobId: number): Promise<void> {
    await openTraces.get(jobId)?.close()
    openTraces.delete(jobId)
    for (const name of await filesOf(jobId)) await rm(join(shardOf(jobId), name), { force: true })
  }

  function withLog<T>(jobId: number, use: (handle: FileHandle) => Promise<T>): Promise<T | null> {
    return withFile(jobId, '.log', use)
  }

  async function withFile<T>(
    jobId: number,
    extension: string,
    use: (handle: FileHandle) => Promise<T>,
  ): Promise<T | null> {
    const lease = openTraces.get(jobId)?.lease ?? (await newestLease(jobId))
    if (lease === null) return null
    const handle = await openIfThere(pathOf({ jobId, lease }) + extension)
    if (handle === null) return null
    try {
      return await use(handle)
    } finally {
      await handle.close()
    }
  }

  async function newestLease(jobId: number): Promise<number | null> {
    const leases = (await filesOf(jobId)).filter(name => name.endsWith('.log')).map(name => Number(name.split('.')[1]))
    return leases.length === 0 ? null : Math.max(...leases)
  }

  async function filesOf(jobId: number): Promise<readonly string[]> {
    const names = await readdir(shardOf(jobId)).catch(emptyWhenMissing)
    return names.filter(name => name.startsWith(`${jobId}.`))
  }

  function shardOf(jobId: number): string {
    return join(folder, String(shardNumber(jobId)))
  }

  function pathOf({ jobId, lease }: TraceKey): string {
    return join(shardOf(jobId), `${jobId}.${lease}`)
  }

  return {
    append,
    finish,
    size,
    read,
    stream: (jobId, range) => Readable.from(pieces(jobId, range), { objectMode: false }),
    arrivals,
    jobsAfter,
    delete: jobId => inOrder(String(jobId), () => remove(jobId)),
    async close() {
      for (const trace of openTraces.values()) await trace.close()
      openTraces.clear()
    },
  }
}

function shardNumber(jobId: number): number {
  return Math.floor(jobId / 1000)
}

function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path, 'r').catch(error => {
    if (isMissing(error)) return null
    throw error
  })
}

function emptyWhenMissing(error: unknown): string[] {
  if (isMissing(error)) return []
  throw error
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
