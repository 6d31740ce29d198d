// What jobs left behind: the archive whole, one file of it, a list of its files; by job, or by ref and job name.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isVisibleTo } from '../../artifacts/expiry.ts'
import type { ArtifactFiles, ArtifactStore } from '../../artifacts/ports.ts'
import type { ArtifactRecord } from '../../artifacts/records.ts'
import { removeArtifacts } from '../../artifacts/sweep.ts'
import { listZip, openZipEntry } from '../../artifacts/zip-index.ts'
import { isFinal } from '../../run/job-moves.ts'
import type { JobRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter, noContent } from '../schema.ts'
import { attachment, sendArtifact } from '../send-artifact.ts'
import { jobEntity, toJobs } from './job-entity.ts'
import { pipelinesOf } from './jobs.ts'
import { jobOf } from './run-of-request.ts'
import type { RunView } from './run-view.ts'

export type ArtifactsDeps = {
  readonly view: RunView
  readonly artifacts: ArtifactStore
  readonly artifactFiles: ArtifactFiles
}

const jobParams = Type.Object({ ...idParameter, job_id: integerParameter })
const fileParams = Type.Object({
  ...idParameter,
  job_id: integerParameter,
  '*': Type.String({ minLength: 1, maxLength: 4096 }),
})
const read = { policy: { kind: 'project', action: 'read_artifacts' } } as const
const change = { policy: { kind: 'project', action: 'change_artifacts' } } as const

export function registerArtifacts(app: App, deps: ArtifactsDeps): void {
  registerOfJob(app, deps)
  registerLatest(app, deps)
  registerChanges(app, deps)
}

function registerOfJob(app: App, deps: ArtifactsDeps): void {
  app.get(
    '/api/v4/projects/:id/jobs/:job_id/artifacts',
    { config: read, schema: { operationId: 'downloadArtifacts', tags: ['artifacts'], params: jobParams } },
    async (request, reply) => {
      const archive = await archiveOf(deps, request, await jobOf(deps.view.reads, request, request.params.job_id))
      return sendArtifact(deps.artifactFiles, archive, reply)
    },
  )

  app.get(
    '/api/v4/projects/:id/jobs/:job_id/artifacts/tree',
    {
      config: read,
      schema: {
        operationId: 'listArtifactFiles',
        tags: ['artifacts'],
        params: jobParams,
        querystring: Type.Object({ path: Type.Optional(Type.String({ maxLength: 4096 })), recursive: flag }),
        response: {
          200: Type.Array(
            Type.Object({
              name: Type.String(),
              path: Type.String(),
              type: Type.Union([Type.Literal('file'), Type.Literal('directory'), Type.Literal('other')]),
              size: Type.Integer(),
            }),
          ),
        },
      },
    },
    async request => {
      const archive = await archiveOf(deps, request, await jobOf(deps.view.reads, request, request.params.job_id))
      return tree(deps.artifactFiles.pathOf(archive.storageKey), request.query)
    },
  )

  app.get(
    '/api/v4/projects/:id/jobs/:job_id/artifacts/*',
    { config: read, schema: { operationId: 'downloadArtifactFile', tags: ['artifacts'], params: fileParams } },
    async (request, reply) => {
      const archive = await archiveOf(deps, request, await jobOf(deps.view.reads, request, request.params.job_id))
      return sendFile(deps, archive, request.params['*'], reply)
    },
  )

  app.get(
    '/api/v4/slipway/projects/:id/jobs/:job_id/reports/:type',
    {
      config: read,
      schema: {
        operationId: 'downloadReport',
        tags: ['artifacts'],
        summary: 'The file of a report, as the job sent it',
        params: Type.Object({ ...idParameter, job_id: integerParameter, type: Type.String({ maxLength: 50 }) }),
      },
    },
    async (request, reply) => {
      const job = await jobOf(deps.view.reads, request, request.params.job_id)
      const report = await deps.artifacts.find(job.id, request.params.type)
      if (report === null || report.type === 'archive' || report.type === 'dotenv') throw notFound('Report')
      demandVisible(request, report)
      return sendArtifact(deps.artifactFiles, report, reply)
    },
  )
}

/** `latest` means: of the newest successful pipeline of the ref. */
function registerLatest(app: App, deps: ArtifactsDeps): void {
  const query = Type.Object({ job: Type.String({ minLength: 1, maxLength: 255 }) })
  app.get(
    '/api/v4/projects/:id/jobs/artifacts/:ref/download',
    {
      config: read,
      schema: {
        operationId: 'downloadLatestArtifacts',
        tags: ['artifacts'],
        params: Type.Object({ ...idParameter, ref: Type.String() }),
        querystring: query,
      },
    },
    async (request, reply) => {
      const archive = await latestArchive(deps, request, request.params.ref, request.query.job)
      return sendArtifact(deps.artifactFiles, archive, reply)
    },
  )

  app.get(
    '/api/v4/projects/:id/jobs/artifacts/:ref/raw/*',
    {
      config: read,
      schema: {
        operationId: 'downloadLatestArtifactFile',
        tags: ['artifacts'],
        params: Type.Object({
          ...idParameter,
          ref: Type.String(),
          '*': Type.String({ minLength: 1, maxLength: 4096 }),
        }),
        querystring: query,
      },
    },
    async (request, reply) => {
      const archive = await latestArchive(deps, request, request.params.ref, request.query.job)
      return sendFile(deps, archive, request.params['*'], reply)
    },
  )
}

function registerChanges(app: App, deps: ArtifactsDeps): void {
  const { view } = deps
  app.post(
    '/api/v4/projects/:id/jobs/:job_id/artifacts/keep',
    {
      config: change,
      schema: { operationId: 'keepArtifacts', tags: ['artifacts'], params: jobParams, response: { 200: jobEntity } },
    },
    async request => {
      const job = await jobOf(view.reads, request, request.params.job_id)
      if (!(await deps.artifacts.keep(job.id))) throw notFound('Artifacts')
      const [entity] = await toJobs(view, [job], await pipelinesOf(view, [job]), projectOf(request).project.fullPath)
      if (entity === undefined) throw notFound('Job')
      return entity
    },
  )

  app.delete(
    '/api/v4/projects/:id/jobs/:job_id/artifacts',
    {
      config: change,
      schema: { operationId: 'deleteArtifacts', tags: ['artifacts'], params: jobParams, response: { 204: noContent } },
    },
    async (request, reply) => {
      const job = await jobOf(view.reads, request, request.params.job_id)
      if (!isFinal(job)) throw new Denial(403, '403 Forbidden', 'the job has not ended')
      await removeArtifacts(
        { artifacts: deps.artifacts, files: deps.artifactFiles, now: view.now },
        await deps.artifacts.ofJobs([job.id]),
      )
      return reply.code(204).send(null)
    },
  )
}

async function archiveOf(deps: ArtifactsDeps, request: FastifyRequest, job: JobRecord): Promise<ArtifactRecord> {
  const archive = await deps.artifacts.find(job.id, 'archive')
  if (archive === null) throw notFound('Artifacts')
  demandVisible(request, archive)
  return archive
}

async function latestArchive(
  deps: ArtifactsDeps,
  request: FastifyRequest,
  ref: string,
  jobName: string,
): Promise<ArtifactRecord> {
  const job = await deps.view.reads.latestSuccessfulJob(projectOf(request).project.id, ref, jobName)
  if (job === null) throw notFound('Job')
  return archiveOf(deps, request, job)
}

/** `artifacts:access` of the file. */
function demandVisible(request: FastifyRequest, artifact: ArtifactRecord): void {
  const isOwnJob = request.actor.kind === 'job' && request.actor.projectId === artifact.projectId
  if (isOwnJob || isVisibleTo(artifact.access, projectOf(request).level)) return
  throw new Denial(403, '403 Forbidden', `artifacts:access is '${artifact.access}'`)
}

async function sendFile(
  deps: ArtifactsDeps,
  archive: ArtifactRecord,
  path: string,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (archive.format !== 'zip') throw notFound('File')
  const entry = await openZipEntry(deps.artifactFiles.pathOf(archive.storageKey), path)
  if (entry === null) throw notFound('File')
  return reply
    .type('application/octet-stream')
    .header('content-length', entry.sizeBytes)
    .header('content-disposition', attachment(path.split('/').at(-1) ?? 'file'))
    .header('content-security-policy', 'sandbox')
    .send(entry.stream)
}

type TreeQuery = { readonly path?: string; readonly recursive?: boolean }

async function tree(archivePath: string, { path = '', recursive = false }: TreeQuery) {
  const folder = path === '' ? '' : `${path.replace(/\/+$/, '')}/`
  const found = new Map<string, { name: string; path: string; type: 'file' | 'directory' | 'other'; size: number }>()
  for (const entry of await listZip(archivePath)) {
    if (!entry.path.startsWith(folder) || entry.path === folder) continue
    const inner = entry.path.slice(folder.length)
    const slash = inner.indexOf('/')
    const isBelow = slash !== -1
    if (recursive && entry.kind !== 'folder') found.set(entry.path, treeEntry(entry.path, entry.kind, entry.sizeBytes))
    else if (!recursive && isBelow)
      found.set(folder + inner.slice(0, slash), treeEntry(folder + inner.slice(0, slash), 'folder', 0))
    else if (!recursive) found.set(entry.path, treeEntry(entry.path, entry.kind, entry.sizeBytes))
  }
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

function treeEntry(path: string, kind: 'file' | 'folder' | 'other', size: number) {
  return { name: path.split('/').at(-1) ?? path, path, type: kind === 'folder' ? ('directory' as const) : kind, size }
}
