// Prints a job's log from an offset on; followed, until the job ends, without a gap or a double whatever happens to the
// connection.

import { AppError } from '../kit/errors.ts'
import type { JobStatus } from '../run/model.ts'
import { decodeTraceFrame, traceTopic } from '../server/live/protocol.ts'
import { type Client, encodeKey } from './client.ts'
import { followLive } from './live-client.ts'

export type TracePlace = { readonly jobId: number; readonly projectId: number }
export type Print = (bytes: Uint8Array) => Promise<void>

/** What is stored from `offset` on; answers where it ended. */
export async function printTrace(client: Client, place: TracePlace, offset: number, print: Print): Promise<number> {
  return printRange(client, place, { start: offset, end: null }, print)
}

/** Until the job ends; answers how. */
export async function followTrace(client: Client, place: TracePlace, offset: number, print: Print): Promise<JobStatus> {
  const topic = traceTopic(place.jobId)
  let position = offset
  let status: JobStatus = 'running'
  const fetchUpTo = async (end: number): Promise<void> => {
    if (end > position) position = await printRange(client, place, { start: position, end }, print)
  }
  await followLive(client, {
    greet: () => [{ type: 'subscribe', topic, offset: position }],
    async onMessage(message) {
      if (message.type === 'subscribed' && 'trace' in message) {
        // The job went back to the queue and began its log anew.
        if (message.trace.length < position) position = message.trace.start
        else await fetchUpTo(message.trace.start)
      } else if (message.type === 'behind' && 'to' in message) await fetchUpTo(message.to)
      else if (message.type === 'trace_end') {
        await fetchUpTo(message.length)
        status = message.status
        return true
      }
      return false
    },
    async onBytes(data) {
      const frame = decodeTraceFrame(data)
      if (frame === null || frame.jobId !== place.jobId) return
      await fetchUpTo(frame.offset)
      const fresh = frame.bytes.subarray(Math.max(0, position - frame.offset))
      await print(fresh)
      position += fresh.length
    },
  })
  return status
}

async function printRange(
  client: Client,
  { jobId, projectId }: TracePlace,
  { start, end }: { readonly start: number; readonly end: number | null },
  print: Print,
): Promise<number> {
  const headers = { range: `bytes=${start}-${end === null ? '' : end - 1}` }
  const response = await client.raw('GET', `/projects/${encodeKey(projectId)}/jobs/${jobId}/trace`, { headers })
  if (response.status === 416) return start
  if (!response.ok) throw new AppError('client.refused', `the log of job ${jobId} was refused with ${response.status}`)
  let position = start
  // A log without a byte is answered whole (200), and is empty.
  for await (const chunk of response.body ?? []) {
    await print(chunk)
    position += chunk.length
  }
  return position
}
