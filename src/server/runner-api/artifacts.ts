// Artifacts go up under a lease and come down to later jobs. Ours sends the file as the body, gitlab-runner as a form.
import type { Readable } from 'node:stream'
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { expiryOf } from '../../artifacts/expiry.ts'
import type { ReceivedFile } from '../../artifacts/ports.ts'
import { type ArtifactFormat, artifactFormats } from '../../artifacts/records.ts'
import { readReport } from '../../artifacts/report-text.ts'
import { listZip } from '../../artifacts/zip-index.ts'
import { hashToken } from '../../kit/token.ts'
import { parseDuration } from '../../pipeline/duration.ts'
import type { JobRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { tokenOf } from '../plugins/authentication.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { leaseOf } from '../plugins/policy.ts'
import type { LeaseIdentity } from '../ports.ts'
import { oneOf } from '../schema.ts'
import { sendArtifact } from '../send-artifact.ts'
import { defaultLimits, type RunnerApiDeps } from './deps.ts'
import { staleLease } from './lease.ts'
import { readUpload } from './multipart.ts'

const jobParams = Type.Object({ id: Type.Integer({ minimum: 1 }) })
/** GitLab's bound for dotenv reports. */
const maximumDotenvBytes = 5 * 1024

const uploadQuery = Type.Object({
  artifact_type: Type.String({ default: 'archive', pattern: '^[a-z0-9_]{1,50}$' }),
  artifact_format: oneOf(artifactFormats, 'zip'),
  expire_in: Type.Optional(Type.String({ maxLength: 100 })),
  filename: Type.Optional(Type.String({ maxLength: 255 })),
})

type UploadWish = {
  readonly artifact_type: string
  readonly artifact_format: ArtifactFormat
  readonly expire_in?: string
  readonly filename?: string
}

export function registerRunnerArtifacts(app: App, deps: RunnerApiDeps): void {
  app.post(
    '/api/v4/jobs/:id/artifacts',
    {
      config: { policy: { kind: 'lease' }, audit: false },
      schema: {
        operationId: 'uploadArtifact',
        tags: ['runner protocol'],
        summary: 'Upload an archive or a report',
        params: jobParams,
        querystring: uploadQuery,
      },
    },
    async (request, reply) => {
      const lease = leaseOf(request)
      const { file, filename } = await openUpload(request)
      const wish = request.query as UploadWish
      const received = await deps.artifactFiles.receive(
        { folder: `${lease.projectId}/${lease.jobId}`, extension: extensions[wish.artifact_format] },
        file,
        { ...defaultLimits, ...deps.limits }.artifactBytes,
      )
      try {
        await accept(deps, { lease, wish: { filename, ...wish }, received })
      } catch (error) {
        await deps.artifactFiles.remove(received.storageKey)
        throw error
      }
      return reply.code(201).send({ message: '201 Created' })
    },
  )

  app.get(
    '/api/v4/jobs/:id/artifacts',
    {
      config: {
        policy: {
          kind: 'self_checked',
          why: 'the token of a running job of the same project, or of one that may read it',
        },
      },
      schema: {
        operationId: 'downloadArtifactForJob',
        tags: ['runner protocol'],
        summary: 'The archive of a job, for another job',
        params: jobParams,
      },
    },
    async (request, reply) => downloadForJob(deps, request.params.id, request, reply),
  )
}

const extensions: Readonly<Record<ArtifactFormat, string>> = { zip: 'zip', gzip: 'gz', raw: 'bin' }

async function openUpload(request: FastifyRequest): Promise<{ readonly file: Readable; readonly filename: string }> {
  const body = request.body as Readable | null | undefined
  if (body === null || body === undefined) throw badRequest('the file is missing')
  const type = request.headers['content-type'] ?? ''
  return type.startsWith('multipart/') ? readUpload(body, type) : { file: body, filename: 'artifacts.zip' }
}

type Arrival = {
  readonly lease: LeaseIdentity
  readonly wish: UploadWish & { readonly filename: string }
  readonly received: ReceivedFile
}

/** The bytes are safe: look at them, and write the row if the lease still lives. */
async function accept(deps: RunnerApiDeps, { lease, wish, received }: Arrival): Promise<void> {
  if (wish.artifact_format === 'zip') await listZip(deps.artifactFiles.pathOf(received.storageKey))
  const plan = (await deps.reads.jobPlan(lease.jobId))?.artifacts ?? null
  if ((await deps.coordinator.hear(lease)) === 'stale') throw staleLease()
  const report = { storageKey: received.storageKey, format: wish.artifact_format, filename: wish.filename }
  if (wish.artifact_type === 'dotenv') {
    await deps.coordinator.recordDotenv(lease.jobId, await readReport(deps.artifactFiles, report, maximumDotenvBytes))
  }
  const now = deps.now()
  const { freed } = await deps.artifacts.put({
    projectId: lease.projectId,
    jobId: lease.jobId,
    type: wish.artifact_type,
    format: wish.artifact_format,
    filename: safeFilename(wish.filename),
    sizeBytes: received.sizeBytes,
    sha256: received.sha256,
    storageKey: received.storageKey,
    access: plan?.access ?? 'all',
    createdAt: now.toISOString(),
    expiresAt: expiryOf(lifetimeOf(wish.expire_in) ?? plan?.expireInSeconds ?? null, now),
  })
  if (freed !== null) await deps.artifactFiles.remove(freed)
}

function lifetimeOf(text: string | undefined): number | 'never' | null {
  if (text === undefined || text === '') return null
  return text.trim().toLowerCase() === 'never' ? 'never' : parseDuration(text)
}

/** It comes back in a header. */
function safeFilename(name: string): string {
  return name.replace(/[^\w.@+ -]/g, '_').replace(/^\.+/, '_') || 'artifacts'
}

async function downloadForJob(
  deps: RunnerApiDeps,
  jobId: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const token = tokenOf(request)
  const job = await deps.reads.job(jobId)
  if (token === null || job === null || !(await mayDownload(deps, token, job))) {
    throw new Denial(403, '403 Forbidden', 'the token does not open the artifacts of this job')
  }
  const archive = await deps.artifacts.find(jobId, 'archive')
  if (archive === null) throw notFound('Artifacts')
  return sendArtifact(deps.artifactFiles, archive, reply)
}

/** Jobs of one project read each other's archives; others need the right that a person would need. */
async function mayDownload(deps: RunnerApiDeps, token: string, job: JobRecord): Promise<boolean> {
  const holder = await deps.reads.jobByToken(hashToken(token))
  if (holder !== null && holder.job.projectId === job.projectId) return true
  const actor = await deps.access.authenticate({ kind: 'token', token })
  const found = actor === null ? null : await deps.access.project(actor, job.projectId)
  return found?.may('read_artifacts').allowed ?? false
}
