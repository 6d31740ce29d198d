// Caches by project, trust class and key. The class is the job's own, told by its token: no job can name another one.
import type { Readable } from 'node:stream'
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { CacheKey } from '../../artifacts/records.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { leaseOf } from '../plugins/policy.ts'
import { defaultLimits, type RunnerApiDeps } from './deps.ts'
import { staleLease } from './lease.ts'

const params = Type.Object({ id: Type.Integer({ minimum: 1 }), key: Type.String({ minLength: 1, maxLength: 1024 }) })
const path = '/api/v4/slipway/jobs/:id/caches/:key'

export function registerCaches(app: App, deps: RunnerApiDeps): void {
  app.get(
    path,
    {
      config: { policy: { kind: 'lease' }, audit: false },
      schema: {
        operationId: 'downloadCache',
        tags: ['runner protocol'],
        summary: 'A cache; HEAD tells its digest',
        params,
      },
    },
    async (request, reply) => {
      const key = await keyOf(deps, request)
      const cache = await deps.caches.find(key)
      if (cache === null) throw notFound('Cache')
      reply.header('etag', `"${cache.digest}"`).header('content-length', cache.sizeBytes)
      if (cache.sha256 !== null) reply.header('repr-digest', contentDigest(cache.sha256))
      if (request.method === 'HEAD') return reply.send()
      const opened = await deps.artifactFiles.open(cache.storageKey)
      if (opened === null) throw notFound('Cache')
      await deps.caches.touch(key, deps.now().toISOString())
      return reply.type('application/octet-stream').send(opened.stream)
    },
  )

  app.put(
    path,
    {
      config: { policy: { kind: 'lease' }, audit: false },
      schema: {
        operationId: 'uploadCache',
        tags: ['runner protocol'],
        summary: 'Keep a cache; its digest comes in the header ETag',
        params,
      },
    },
    async (request, reply) => {
      const lease = leaseOf(request)
      const key = await keyOf(deps, request)
      const digest = digestOf(request)
      const folder = `caches/${key.projectId}/${key.trustClass}`
      const maximumBytes = { ...defaultLimits, ...deps.limits }.cacheBytes
      const received = await deps.artifactFiles.receive(
        { folder, extension: 'cache' },
        request.body as Readable,
        maximumBytes,
      )
      if ((await deps.coordinator.hear(lease)) === 'stale') {
        await deps.artifactFiles.remove(received.storageKey)
        throw staleLease()
      }
      const at = deps.now().toISOString()
      const { freed } = await deps.caches.put({ ...key, ...received, digest, createdAt: at, usedAt: at })
      if (freed !== null) await deps.artifactFiles.remove(freed)
      return reply.code(201).send({ message: '201 Created' })
    },
  )
}

async function keyOf(deps: RunnerApiDeps, request: FastifyRequest): Promise<CacheKey> {
  const { jobId, projectId } = leaseOf(request)
  const job = await deps.reads.job(jobId)
  const pipeline = job === null ? null : await deps.reads.pipeline(job.pipelineId)
  const { key } = request.params as { readonly key: string }
  return { projectId, trustClass: pipeline?.isProtected === true ? 'protected' : 'branch', key }
}

/** RFC 9530: what the bytes must be, told by another way than the bytes. */
function contentDigest(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`
}

function digestOf(request: FastifyRequest): string {
  const digest = /^"?([\w:.+/=-]{1,200})"?$/.exec(String(request.headers.etag ?? ''))?.[1]
  if (digest === undefined) throw badRequest('the header ETag must tell the digest of the cache')
  if (request.body === undefined || request.body === null) throw badRequest('the cache is missing')
  return digest
}
