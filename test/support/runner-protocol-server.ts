// The far side of the runner's socket: a server that hands out given jobs and keeps what runners tell it, with the
// protocol's own strictness about offsets and leases. Faults are put in by `before`.
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobPayload, JobUpdate } from '../../src/run/protocol.ts'
import { answerGit, type GitOverHttp } from './git-over-http.ts'

export type KnownJob = {
  readonly payload: JobPayload
  log: Buffer
  claims: number
  begun: number
  update: JobUpdate | null
  updates: number
  lostLease: boolean
  canceling: boolean
  readonly artifacts: { readonly query: URLSearchParams; readonly bytes: Buffer }[]
}

export type RunnerProtocolServer = {
  readonly url: string
  readonly jobs: ReadonlyMap<number, KnownJob>
  readonly add: (payload: JobPayload) => KnownJob
  /** Its lease was lost before it had begun: somebody may claim it again. */
  readonly requeue: (job: KnownJob) => void
  readonly caches: Map<string, { readonly digest: string; readonly bytes: Buffer; readonly sha256?: string }>
  cacheUploads: number
  /** Heartbeats heard, as the leases' job ids. */
  readonly beats: number[][]
  /** The repository of all jobs; null: there is none. */
  git: GitOverHttp | null
  /** Called before each answer: may delay it, or refuse it by an answer of its own (then it returns true). */
  before: (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean
  readonly close: () => Promise<void>
}

export const runnerToken = 'glrt-test'

export async function startRunnerProtocolServer(port = 0): Promise<RunnerProtocolServer> {
  const jobs = new Map<number, KnownJob>()
  const nonces = new Map<string, number | null>()
  const waiting: number[] = []
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    if (await world.before(request, response)) return
    if (world.git !== null && answerGit(world.git, request, response, body)) return
    const url = new URL(request.url ?? '/', 'http://x')
    const path = url.pathname.replace('/api/v4', '')
    const asRunner = request.headers.authorization === `Bearer ${runnerToken}`
    if (path === '/slipway/runner')
      return send(response, asRunner ? 200 : 401, { id: 1, tags: [], redis: null, classes: [] })
    if (path === '/slipway/claim') return asRunner ? claim(JSON.parse(String(body)), response) : send(response, 401, {})
    if (path === '/jobs/request') return asRunner ? waitForJob(response) : send(response, 403, {})
    if (path === '/slipway/heartbeat') return heartbeat(JSON.parse(String(body)), response)
    const [, jobId, rest = ''] = /\/jobs\/(\d+)(.*)$/.exec(path) ?? []
    const job = jobs.get(Number(jobId))
    if (job === undefined) return send(response, 404, {})
    const token = request.headers['job-token']
    if (request.method === 'GET' && rest === '/artifacts') return sendArtifact(job, token, response)
    if (token !== job.payload.slipway.lease_token) return send(response, 401, {})
    if (job.lostLease) return send(response, 409, { message: '409 Conflict: the lease is over' })
    if (rest === '/begin') {
      job.begun += 1
      return send(response, 204)
    }
    if (rest === '/trace') return trace(job, request, body, response)
    if (rest === '/artifacts') {
      job.artifacts.push({ query: url.searchParams, bytes: body })
      return send(response, 201, {})
    }
    if (rest.startsWith('/caches/'))
      return cache(decodeURIComponent(rest.slice('/caches/'.length)), request, body, response)
    if (request.method === 'PUT') {
      job.update = JSON.parse(String(body)) as JobUpdate
      job.updates += 1
      return send(response, 200, {}, { 'job-status': job.update.state })
    }
    send(response, 404, {})
  }

  function claim(wish: { nonce: string; job_id?: number }, response: ServerResponse) {
    const known = nonces.get(wish.nonce)
    const jobId = known === undefined ? waiting.shift() : known
    nonces.set(wish.nonce, jobId ?? null)
    const job = jobs.get(jobId ?? -1)
    if (job === undefined) return send(response, 204)
    job.claims += 1
    send(response, 201, job.payload)
  }

  /** The long poll: looks for a job again and again for a while. */
  async function waitForJob(response: ServerResponse) {
    for (let looks = 0; looks < 50 && !response.destroyed && waiting.length === 0; looks += 1) await sleep(20)
    if (!response.destroyed) claim({ nonce: randomUUID() }, response)
  }

  function heartbeat(said: { leases: { job_id: number }[] }, response: ServerResponse): void {
    const ids = said.leases.map(lease => lease.job_id)
    world.beats.push(ids)
    send(response, 200, {
      ended: ids.filter(id => jobs.get(id)?.lostLease ?? true),
      canceling: ids.filter(id => jobs.get(id)?.canceling),
    })
  }

  function trace(job: KnownJob, request: IncomingMessage, body: Buffer, response: ServerResponse) {
    const [start = Number.NaN] = String(request.headers['content-range']).split('-').map(Number)
    const range = () => ({ range: `0-${job.log.length}`, 'job-status': job.canceling ? 'canceling' : 'running' })
    if (!(start <= job.log.length)) return send(response, 416, {}, range())
    job.log = Buffer.concat([job.log, body.subarray(job.log.length - start)])
    send(response, 202, {}, range())
  }

  function cache(key: string, request: IncomingMessage, body: Buffer, response: ServerResponse) {
    if (request.method === 'PUT') {
      const sha256 = createHash('sha256').update(body).digest('base64')
      world.caches.set(key, { digest: String(request.headers.etag), bytes: body, sha256 })
      world.cacheUploads += 1
      return send(response, 201, {})
    }
    const kept = world.caches.get(key)
    if (kept === undefined) return send(response, 404, {})
    const sha256 = kept.sha256 === undefined ? {} : { 'repr-digest': `sha-256=:${kept.sha256}:` }
    response.writeHead(200, { etag: kept.digest, 'content-length': kept.bytes.length, ...sha256 })
    response.end(request.method === 'HEAD' ? undefined : kept.bytes)
  }

  function sendArtifact(job: KnownJob, token: unknown, response: ServerResponse) {
    const archive = job.artifacts.find(artifact => artifact.query.get('artifact_type') === 'archive')
    if (archive === undefined || token !== job.payload.token) return send(response, 404, {})
    response.writeHead(200, { 'content-length': archive.bytes.length }).end(archive.bytes)
  }

  const world: RunnerProtocolServer = {
    url: '',
    jobs,
    requeue: job => {
      if (!waiting.includes(job.payload.id)) waiting.push(job.payload.id)
    },
    caches: new Map(),
    cacheUploads: 0,
    beats: [],
    git: null,
    before: () => false,
    add: payload => {
      const job: KnownJob = {
        payload,
        log: Buffer.alloc(0),
        claims: 0,
        begun: 0,
        update: null,
        updates: 0,
        lostLease: false,
        canceling: false,
        artifacts: [],
      }
      jobs.set(payload.id, job)
      waiting.push(payload.id)
      return job
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return Object.assign(world, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function send(response: ServerResponse, status: number, body?: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
