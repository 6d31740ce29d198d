// The server over HTTP, as the protocol has it.
import { Readable } from 'node:stream'
import { AppError } from '../kit/errors.ts'
import { reasonOfConnection } from '../kit/trust.ts'
import type { JobPayload } from '../run/protocol.ts'
import type { ArtifactAnswer, JobWord, LeaseKey, RunnerDescription, ServerClient, TraceAnswer } from './ports.ts'

export type ServerClientOptions = {
  readonly url: string
  readonly runnerToken: () => string
  readonly version: string
  /** A call that gets no answer for so long is given up; uploads and downloads have no such limit. */
  readonly answerMs: number
}

export function createServerClient({ url, runnerToken, version, answerMs }: ServerClientOptions): ServerClient {
  const api = `${url.replace(/\/+$/, '')}/api/v4`

  async function call(path: string, request: RequestInit & { signal: AbortSignal }, isBulk = false): Promise<Response> {
    const signal = isBulk ? request.signal : AbortSignal.any([request.signal, AbortSignal.timeout(answerMs)])
    try {
      const answer = await fetch(`${api}${path}`, { ...request, signal, redirect: 'error' })
      if (answer.status >= 500 || answer.status === 429)
        throw new Error(`status ${answer.status}: ${await answer.text()}`)
      return answer
    } catch (cause) {
      request.signal.throwIfAborted()
      throw new AppError('server_unreachable', `the server did not answer ${path}: ${reasonOfConnection(cause)}`, {
        cause,
      })
    }
  }

  const asRunner = () => ({ authorization: `Bearer ${runnerToken()}`, 'content-type': 'application/json' })
  const asLease = (key: LeaseKey) => ({ 'job-token': key.leaseToken })

  return {
    describe: async signal => {
      const answer = await call('/slipway/runner', { headers: asRunner(), signal })
      return (await expectOk(answer)).json() as Promise<RunnerDescription>
    },
    claim: async ({ nonce, jobId }, signal) => {
      const body = JSON.stringify({ nonce, ...(jobId === null ? {} : { job_id: jobId }), info: { version } })
      const answer = await call('/slipway/claim', { method: 'POST', headers: asRunner(), body, signal })
      if (answer.status === 204) return null
      return (await expectOk(answer)).json() as Promise<JobPayload>
    },
    request: async signal => {
      const body = JSON.stringify({ token: runnerToken(), info: { version } })
      const answer = await call('/jobs/request', { method: 'POST', headers: asRunner(), body, signal }, true)
      if (answer.status === 204) return null
      return (await expectOk(answer)).json() as Promise<JobPayload>
    },
    heartbeat: async (leases, signal) => {
      const body = JSON.stringify({ leases: leases.map(key => ({ job_id: key.jobId, lease: key.lease })) })
      const answer = await call('/slipway/heartbeat', { method: 'POST', headers: asRunner(), body, signal })
      return (await expectOk(answer)).json() as Promise<{ ended: number[]; canceling: number[] }>
    },
    begin: async (key, signal) => {
      const answer = await call(`/slipway/jobs/${key.jobId}/begin`, { method: 'POST', headers: asLease(key), signal })
      return isStale(answer) ? 'stale' : expectOk(answer).then(() => 'begun' as const)
    },
    appendTrace: async (key, { startByte, bytes }, signal) => {
      const headers = {
        ...asLease(key),
        'content-type': 'text/plain',
        'content-range': `${startByte}-${startByte + bytes.length - 1}`,
      }
      const request = { method: 'PATCH', headers, body: bytes as Uint8Array<ArrayBuffer>, signal }
      return traceAnswer(await call(`/jobs/${key.jobId}/trace`, request))
    },
    update: async (key, update, signal) => {
      const headers = { ...asLease(key), 'content-type': 'application/json' }
      const answer = await call(`/jobs/${key.jobId}`, { method: 'PUT', headers, body: JSON.stringify(update), signal })
      return isStale(answer) ? 'stale' : expectOk(answer).then(() => 'accepted' as const)
    },
    uploadArtifact: async (key, upload, signal) => {
      const query = new URLSearchParams({
        artifact_type: upload.type,
        artifact_format: upload.format,
        filename: upload.filename,
        ...(upload.expireIn === null ? {} : { expire_in: upload.expireIn }),
      })
      const request = bulkUpload('POST', { ...asLease(key) }, upload, signal)
      return artifactAnswer(await call(`/jobs/${key.jobId}/artifacts?${query}`, request, true))
    },
    downloadArtifact: async (jobId, token, signal) => {
      const answer = await call(`/jobs/${jobId}/artifacts`, { headers: { 'job-token': token }, signal }, true)
      return bodyOf(answer)
    },
    cacheDigest: async (key, cacheKey, signal) => {
      const answer = await call(cachePath(key, cacheKey), { method: 'HEAD', headers: asLease(key), signal })
      return answer.ok ? (answer.headers.get('etag')?.replace(/^"|"$/g, '') ?? null) : null
    },
    downloadCache: async (key, cacheKey, signal) => {
      const answer = await call(cachePath(key, cacheKey), { headers: asLease(key), signal }, true)
      const stream = bodyOf(answer)
      return stream === null ? null : { stream, sha256: contentDigestIn(answer) }
    },
    uploadCache: async (key, cache, signal) => {
      const headers = { ...asLease(key), etag: `"${cache.digest}"` }
      await expectOk(await call(cachePath(key, cache.cacheKey), bulkUpload('PUT', headers, cache, signal), true))
    },
  }
}

function cachePath(key: LeaseKey, cacheKey: string): string {
  return `/slipway/jobs/${key.jobId}/caches/${encodeURIComponent(cacheKey)}`
}

type Bulk = { readonly sizeBytes: number; readonly open: () => NodeJS.ReadableStream }

function bulkUpload(method: string, headers: Record<string, string>, bulk: Bulk, signal: AbortSignal) {
  return {
    method,
    headers: { ...headers, 'content-type': 'application/octet-stream', 'content-length': String(bulk.sizeBytes) },
    body: Readable.toWeb(bulk.open() as Readable) as unknown as BodyInit,
    duplex: 'half',
    signal,
  } as RequestInit & { signal: AbortSignal }
}

function traceAnswer(answer: Response): TraceAnswer {
  const endByte = Number(/-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1] ?? 0)
  if (answer.status === 416) return { kind: 'gap', endByte }
  if (isStale(answer)) return { kind: 'stale' }
  if (!answer.ok) throw new AppError('server_refused', `the server refused a piece of the log: ${answer.status}`)
  return { kind: 'accepted', endByte, word: wordOf(answer) }
}

function wordOf(answer: Response): JobWord {
  const word = answer.headers.get('job-status')
  return word === 'canceling' || word === 'canceled' ? 'canceling' : 'running'
}

async function artifactAnswer(answer: Response): Promise<ArtifactAnswer> {
  if (answer.ok) return { kind: 'stored' }
  if (isStale(answer)) return { kind: 'stale' }
  return { kind: 'refused', message: messageIn(await answer.text()), tooLarge: answer.status === 413 }
}

/** GitLab's servers say 403 where ours says 409: the job is not this runner's any more. */
function isStale(answer: Response): boolean {
  return answer.status === 409 || answer.status === 403
}

function bodyOf(answer: Response): NodeJS.ReadableStream | null {
  if (!answer.ok || answer.body === null) return null
  return Readable.fromWeb(answer.body as never)
}

/** RFC 9530. */
function contentDigestIn(answer: Response): string | null {
  const digest = /sha-256=:([\w+/=]+):/.exec(answer.headers.get('repr-digest') ?? '')?.[1]
  return digest === undefined ? null : Buffer.from(digest, 'base64').toString('hex')
}

async function expectOk(answer: Response): Promise<Response> {
  if (answer.ok) return answer
  const said = messageIn(await answer.text())
  const code = answer.status === 401 ? 'runner_token_refused' : 'server_refused'
  throw new AppError(code, `the server answered ${answer.status}: ${said}`)
}

function messageIn(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown }
    return typeof message === 'string' ? message : JSON.stringify(message)
  } catch {
    return body.slice(0, 200)
  }
}
