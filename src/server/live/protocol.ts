// The words of the WebSocket `/api/v4/slipway/live`, for server, browser and command line. JSON in text frames; bytes of
// traces in binary frames. Pure, no imports that run: the browser bundles this file.
//
//   client                                   server
//   ──────                                   ──────
//   (cookie, or Authorization header, or) authenticate ──▶ ready | refused + close 4401
//   subscribe {topic, …}   ──▶   subscribed {topic, …} | denied {topic, status}
//                                trace:    binary frames, each with the offset of its first byte, no gap, no double
//                                others:   events {topic, sequence, events}, sequence grows by one a message
//                                behind {topic, …}: you were too slow, or away too long; fetch what is named by HTTP
//                                trace_end {topic, length, status}: no byte will follow
//   unsubscribe {topic}    ──▶   unsubscribed {topic}
//
// Coming back after a lost connection: subscribe with `offset` (trace) or `after` (others), as last seen.
import type { FailureReason, JobStatus, PipelineStatus } from '../../run/model.ts'

export const livePath = '/api/v4/slipway/live'

/** `job:<id>:trace`, `pipeline:<id>`, `project:<id>`, `runners` (administrators). */
export type Topic = `job:${number}:trace` | `pipeline:${number}` | `project:${number}` | 'runners'

/** Where a subscriber of events stands. `epoch` changes when the server lost its memory of earlier events. */
export type EventPosition = { readonly epoch: string; readonly sequence: number }

export type ClientMessage =
  /** First, when neither cookie nor header says who it is. Never in the URL. */
  | { readonly type: 'authenticate'; readonly token: string }
  | {
      readonly type: 'subscribe'
      readonly topic: Topic
      /** Trace: the first byte wanted. Without it: the last MiB. */
      readonly offset?: number
      /** Others: the last position seen. */
      readonly after?: EventPosition
    }
  | { readonly type: 'unsubscribe'; readonly topic: Topic }
  | { readonly type: 'ping' }

export type ServerMessage =
  | { readonly type: 'ready'; readonly user: { readonly id: number; readonly username: string } | null }
  | { readonly type: 'refused'; readonly message: string }
  | {
      /**
       * The answer for a trace: `length` bytes are stored, frames follow from `start` on. Bytes from the offset that was
       * asked for up to `start` are fetched by HTTP range (never more than the last MiB is sent at once). Comes again when
       * the job went back to the queue and began its trace anew: what was there before counts no more.
       */
      readonly type: 'subscribed'
      readonly topic: Topic
      readonly trace: { readonly length: number; readonly start: number }
    }
  | {
      /** The answer for events. Read the thing by REST after this: events from here on complete that picture. */
      readonly type: 'subscribed'
      readonly topic: Topic
      readonly position: EventPosition
    }
  | {
      readonly type: 'denied'
      readonly topic: string
      readonly status: 400 | 401 | 403 | 404
      readonly message: string
    }
  | { readonly type: 'unsubscribed'; readonly topic: Topic }
  | { readonly type: 'events'; readonly topic: Topic; readonly sequence: number; readonly events: readonly LiveEvent[] }
  /** Trace: fetch `[from, to)` by HTTP range; frames go on at `to`. */
  | { readonly type: 'behind'; readonly topic: Topic; readonly from: number; readonly to: number }
  /** Events: read the thing anew by REST; events go on after `position`. */
  | { readonly type: 'behind'; readonly topic: Topic; readonly position: EventPosition }
  | { readonly type: 'trace_end'; readonly topic: Topic; readonly length: number; readonly status: JobStatus }
  | { readonly type: 'pong' }

/** What changed. Each holds the new values, so that applying one twice does no harm. */
export type LiveEvent =
  | {
      readonly kind: 'pipeline'
      readonly projectId: number
      readonly pipelineId: number
      /** A pipeline that one does not know yet is new. */
      readonly status: PipelineStatus
    }
  | {
      readonly kind: 'job'
      readonly projectId: number
      readonly pipelineId: number
      readonly jobId: number
      readonly name: string
      readonly stage: string
      readonly status: JobStatus
      readonly allowFailure: boolean
      readonly failureReason: FailureReason | null
      readonly startedAt: string | null
      readonly finishedAt: string | null
    }
  | { readonly kind: 'runner'; readonly runnerId: number }

/** Close codes beside the standard ones. */
export const closeCodes = { unauthenticated: 4401, tooManyMessages: 4429, shuttingDown: 1012 } as const

export type TraceFrame = { readonly jobId: number; readonly offset: number; readonly bytes: Uint8Array }

/** Binary frame: byte 0 is 1 (trace), then 8 bytes job id and 8 bytes offset as big-endian float64, then the bytes. */
export const traceHeaderBytes = 17
const traceKind = 1

export function encodeTraceFrame({ jobId, offset, bytes }: TraceFrame): Uint8Array {
  const frame = new Uint8Array(traceHeaderBytes + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint8(0, traceKind)
  view.setFloat64(1, jobId)
  view.setFloat64(9, offset)
  frame.set(bytes, traceHeaderBytes)
  return frame
}

/** Null: a kind of frame that this client does not know. */
export function decodeTraceFrame(data: ArrayBuffer | Uint8Array): TraceFrame | null {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data)
  if (bytes.length < traceHeaderBytes || bytes[0] !== traceKind) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { jobId: view.getFloat64(1), offset: view.getFloat64(9), bytes: bytes.subarray(traceHeaderBytes) }
}

export function traceTopic(jobId: number): Topic {
  return `job:${jobId}:trace`
}
