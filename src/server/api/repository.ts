// The files of a project's repository: trees, contents, raw bytes.
import { createHash } from 'node:crypto'
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GitObject } from '../../git/object-reader.ts'
import type { Repositories } from '../../git/repositories.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter } from '../schema.ts'
import { startOf } from './commits.ts'

export type RepositoryDeps = { readonly repositories: Repositories }

const mostFileBytes = 50 * 1024 * 1024

const treeEntity = Type.Object({
  id: Type.String(),
  name: Type.String(),
  type: Type.String(),
  path: Type.String(),
  mode: Type.String(),
})

const fileEntity = Type.Object({
  file_name: Type.String(),
  file_path: Type.String(),
  size: Type.Integer(),
  encoding: Type.String(),
  content_sha256: Type.String(),
  ref: Type.String(),
  blob_id: Type.String(),
  commit_id: Type.String(),
  last_commit_id: Type.String(),
  execute_filemode: Type.Boolean(),
  content: Type.String(),
})

const reading = { config: { policy: { kind: 'project', action: 'read_code' } } } as const
const oneFile = Type.Object({ ...idParameter, file_path: Type.String() })
const refQuery = Type.Object({ ref: Type.Optional(Type.String()) })

export function registerRepository(app: App, deps: RepositoryDeps): void {
  registerTree(app, deps)
  registerFiles(app, deps)
}

function registerTree(app: App, { repositories }: RepositoryDeps): void {
  app.get(
    '/api/v4/projects/:id/repository/tree',
    {
      ...reading,
      schema: {
        operationId: 'listTree',
        tags: ['repository'],
        params: Type.Object(idParameter),
        querystring: Type.Object({
          ...pageQuery,
          path: Type.Optional(Type.String()),
          ref: Type.Optional(Type.String()),
          recursive: flag,
        }),
        response: { 200: Type.Array(treeEntity) },
      },
    },
    async (request, reply) => {
      const { ref, recursive = false } = request.query
      const path = (request.query.path ?? '').replace(/^\/+|\/+$/g, '')
      const sha = await startOf(repositories, request, ref)
      if (sha === null) throw notFound('Tree')
      const { id } = projectOf(request).project
      const entries = recursive
        ? await walkTree(repositories, id, sha, path)
        : await readFolder(repositories, id, sha, path)
      if (entries === null) throw notFound('Tree')
      const page = pageOf(request.query)
      tellPage(request, reply, page, entries.length)
      return entries.slice(page.offset, page.offset + page.limit)
    },
  )
}

function registerFiles(app: App, deps: RepositoryDeps): void {
  app.get(
    '/api/v4/projects/:id/repository/files/:file_path',
    {
      ...reading,
      schema: {
        operationId: 'getFile',
        tags: ['repository'],
        params: oneFile,
        querystring: refQuery,
        response: { 200: fileEntity },
      },
    },
    async (request, reply) => {
      const found = await findFile(deps, request)
      const view = toFile(found)
      for (const [name, value] of Object.entries(view)) {
        if (name !== 'content') reply.header(`x-gitlab-${name.replaceAll('_', '-')}`, encodeURI(String(value)))
      }
      return view
    },
  )

  app.get(
    '/api/v4/projects/:id/repository/files/:file_path/raw',
    { ...reading, schema: { operationId: 'getRawFile', tags: ['repository'], params: oneFile, querystring: refQuery } },
    async (request, reply) => sendRaw(reply, (await findFile(deps, request)).file),
  )

  app.get(
    '/api/v4/projects/:id/repository/blobs/:sha/raw',
    {
      ...reading,
      schema: {
        operationId: 'getRawBlob',
        tags: ['repository'],
        params: Type.Object({ ...idParameter, sha: Type.String({ pattern: '^[0-9a-f]{40}$' }) }),
      },
    },
    async (request, reply) => {
      const folder = deps.repositories.folderOf(projectOf(request).project.id)
      const blob = await deps.repositories.objects.read(folder, request.params.sha, mostFileBytes)
      if (blob === null || (blob !== 'too_large' && blob.type !== 'blob')) throw notFound('Blob')
      return sendRaw(reply, withinLimit(blob))
    },
  )
}

type Found = {
  readonly file: GitObject
  readonly path: string
  readonly ref: string
  readonly sha: string
  readonly last: string
}

async function findFile({ repositories }: RepositoryDeps, request: FastifyRequest): Promise<Found> {
  const { project } = projectOf(request)
  const { file_path: path } = request.params as { readonly file_path: string }
  const { ref = project.defaultBranch } = request.query as { readonly ref?: string }
  const sha = await startOf(repositories, request, ref)
  if (sha === null) throw notFound('Commit')
  const file = await repositories.readFile(project.id, sha, path, mostFileBytes)
  if (file === null) throw notFound('File')
  const [last = sha] = await repositories.log(project.id, { from: sha, path, limit: 1, offset: 0 })
  return { file: withinLimit(file), path, ref, sha, last }
}

function withinLimit(object: GitObject | 'too_large'): GitObject {
  if (object === 'too_large')
    throw badRequest(`the file is larger than ${mostFileBytes / 1024 / 1024} MiB: clone the repository`)
  return object
}

/** Whatever a repository holds is never run by a browser: the type says text or bytes, and the page may do nothing. */
function sendRaw(reply: FastifyReply, { content }: GitObject): FastifyReply {
  const isBinary = content.subarray(0, 8000).includes(0)
  return reply
    .type(isBinary ? 'application/octet-stream' : 'text/plain; charset=utf-8')
    .header('content-disposition', isBinary ? 'attachment' : 'inline')
    .send(content)
}

function toFile({ file, path, ref, sha, last }: Found): Static<typeof fileEntity> {
  return {
    file_name: path.split('/').at(-1) ?? path,
    file_path: path,
    size: file.sizeBytes,
    encoding: 'base64',
    content_sha256: createHash('sha256').update(file.content).digest('hex'),
    ref,
    blob_id: file.sha,
    commit_id: sha,
    last_commit_id: last,
    execute_filemode: false,
    content: file.content.toString('base64'),
  }
}

async function readFolder(repositories: Repositories, projectId: number, sha: string, path: string) {
  const entries = await repositories.listFolder(projectId, sha, path)
  if (entries === null) return null
  const views = entries.map(entry => ({
    id: entry.sha,
    name: entry.name,
    type: typeOf(entry.mode),
    path: path === '' ? entry.name : `${path}/${entry.name}`,
    mode: entry.mode,
  }))
  // As GitLab: folders first.
  return [...views.filter(view => view.type === 'tree'), ...views.filter(view => view.type !== 'tree')]
}

async function walkTree(repositories: Repositories, projectId: number, sha: string, path: string) {
  const lines = await repositories.listTree(projectId, sha, path)
  if (lines === null || (lines.length === 0 && path !== '')) return null
  return lines.map(line => ({
    id: line.sha,
    name: line.path.split('/').at(-1) ?? line.path,
    type: line.type,
    path: line.path,
    mode: line.mode,
  }))
}

function typeOf(mode: string): 'tree' | 'commit' | 'blob' {
  if (mode === '040000') return 'tree'
  return mode === '160000' ? 'commit' : 'blob'
}
