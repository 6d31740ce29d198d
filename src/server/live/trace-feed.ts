// One job's trace for all its viewers. The bytes come from the store, not from the bus, which only says that there are
// more; so viewers on every server see the same, and a piece is read and encoded once however many follow.
//
//   catching up ──▶ following ──▶ clogged ──▶ catching up …      position: the next byte that a viewer needs
import type { TraceStore } from '../../logs/ports.ts'
import type { JobStatus } from '../../run/model.ts'
import { createBatch } from './batch.ts'
import { encodeTraceFrame, type ServerMessage, traceTopic } from './protocol.ts'
import type { Attachment, Viewer } from './viewer.ts'

export type TraceFeed = {
  /** @param offset the first byte wanted; null: the last MiB */
  readonly attach: (viewer: Viewer, offset: number | null) => Attachment
  /** There may be more bytes. */
  readonly grow: () => void
  /** No byte will follow. */
  readonly end: (status: JobStatus) => void
  readonly viewerCount: () => number
  readonly stop: () => void
}

export type TraceFeedDeps = {
  readonly jobId: number
  readonly traces: Pick<TraceStore, 'size' | 'read'>
  readonly onFailure: (error: unknown) => void
}

/** For up to `fewViewers`; a crowd's window grows with it, since each message to each viewer is a call of the kernel. */
const windowMs = 50
const crowdWindowMs = 240
const fewViewers = 100
const manyViewers = 500
export const pieceBytes = 64 * 1024
/** What lies farther back is fetched by HTTP range. */
export const maximumBacklogBytes = 1024 * 1024

type Seat = {
  readonly viewer: Viewer
  position: number
  state: 'catching up' | 'following' | 'clogged'
  isGone: boolean
}

export function createTraceFeed({ jobId, traces, onFailure }: TraceFeedDeps): TraceFeed {
  const topic = traceTopic(jobId)
  const seats = new Set<Seat>()
  /** Up to here followers have been served. */
  let edge = 0
  let endedAs: JobStatus | null = null
  const batch = createBatch(
    () => windowFor(seats.size),
    () => serveFollowers().catch(onFailure),
  )

  async function serveFollowers(): Promise<void> {
    const size = await traces.size(jobId)
    if (size < edge) beginAnew()
    while (edge < size && hasFollowers()) {
      const start = edge
      const bytes = await traces.read(jobId, { start, end: Math.min(size, start + pieceBytes) })
      if (bytes.length === 0) break
      edge = start + bytes.length
      serve(start, bytes)
    }
    if (endedAs !== null) for (const seat of seats) if (seat.state === 'following') tellEnd(seat)
  }

  function hasFollowers(): boolean {
    return [...seats].some(seat => seat.state === 'following')
  }

  /** The job went back to the queue, and its next lease writes a new trace. */
  function beginAnew(): void {
    edge = 0
    for (const seat of seats) {
      if (seat.state !== 'following') continue
      seat.position = 0
      send(seat, { type: 'subscribed', topic, trace: { length: 0, start: 0 } })
    }
  }

  function serve(start: number, bytes: Uint8Array): void {
    const end = start + bytes.length
    const shared = encodeTraceFrame({ jobId, offset: start, bytes })
    for (const seat of seats) {
      if (seat.state !== 'following' || seat.position >= end) continue
      if (seat.viewer.isClogged()) leaveBehind(seat)
      else if (seat.position < start) goOn(seat)
      else {
        if (seat.position === start) seat.viewer.sendFrame(shared)
        else sendPiece(seat, bytes.subarray(seat.position - start))
        seat.position = end
      }
    }
  }

  function leaveBehind(seat: Seat): void {
    seat.state = 'clogged'
    seat.viewer.onDrained(() => goOn(seat))
  }

  function goOn(seat: Seat): void {
    if (seat.isGone) return
    seat.state = 'catching up'
    catchUp(seat, 'behind').catch(onFailure)
  }

  /** Sends what is stored up to the edge, piece by piece, and then lets the viewer follow. */
  async function catchUp(seat: Seat, greeting: 'subscribed' | 'behind'): Promise<void> {
    const length = await traces.size(jobId)
    const from = Math.min(seat.position, length)
    const start = Math.max(from, length - maximumBacklogBytes)
    if (greeting === 'subscribed') send(seat, { type: 'subscribed', topic, trace: { length, start } })
    else if (start > from) send(seat, { type: 'behind', topic, from, to: start })
    seat.position = start
    for (let end = Math.max(length, edge); seat.position < end; end = Math.max(end, edge)) {
      if (seat.isGone) return
      if (seat.viewer.isClogged()) return leaveBehind(seat)
      const bytes = await traces.read(jobId, { start: seat.position, end: Math.min(end, seat.position + pieceBytes) })
      if (bytes.length === 0) break
      sendPiece(seat, bytes)
      seat.position += bytes.length
    }
    if (!hasFollowers()) edge = seat.position
    seat.state = 'following'
    batch.wish()
  }

  function sendPiece(seat: Seat, bytes: Uint8Array): void {
    if (!seat.isGone) seat.viewer.sendFrame(encodeTraceFrame({ jobId, offset: seat.position, bytes }))
  }

  function tellEnd(seat: Seat): void {
    if (endedAs === null || seat.isGone) return
    send(seat, { type: 'trace_end', topic, length: seat.position, status: endedAs })
    remove(seat)
  }

  function send(seat: Seat, message: ServerMessage): void {
    if (!seat.isGone) seat.viewer.sendText(JSON.stringify(message))
  }

  function remove(seat: Seat): void {
    seat.isGone = true
    seats.delete(seat)
  }

  return {
    attach(viewer, offset) {
      const seat: Seat = { viewer, position: offset ?? 0, state: 'catching up', isGone: false }
      seats.add(seat)
      catchUp(seat, 'subscribed').catch(onFailure)
      return { detach: () => remove(seat) }
    },
    grow: batch.wish,
    end(status) {
      endedAs = status
      batch.wish()
    },
    viewerCount: () => seats.size,
    stop: batch.stop,
  }
}

function windowFor(viewers: number): number {
  const crowding = Math.min(1, Math.max(0, (viewers - fewViewers) / (manyViewers - fewViewers)))
  return windowMs + crowding * (crowdWindowMs - windowMs)
}
