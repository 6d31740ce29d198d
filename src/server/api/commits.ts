// Commits: lists, one, its differences, and comparisons.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { FileChange } from '../../git/history.ts'
import { noCommit } from '../../git/push.ts'
import { isPath, type Repositories } from '../../git/repositories.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter, nullableString } from '../schema.ts'
import { commitEntity, toCommit } from './commit-entity.ts'

export type CommitsDeps = { readonly repositories: Repositories; readonly url: string }

const diffEntity = Type.Object({
  old_path: Type.String(),
  new_path: Type.String(),
  a_mode: Type.String(),
  b_mode: Type.String(),
  new_file: Type.Boolean(),
  renamed_file: Type.Boolean(),
  deleted_file: Type.Boolean(),
  generated_file: Type.Boolean(),
  diff: Type.String(),
})

const reading = { config: { policy: { kind: 'project', action: 'read_code' } } } as const
const oneCommit = Type.Object({ ...idParameter, sha: Type.String() })
/** What `git rev-list` may be given as a date: no option, nothing but a moment. */
const moment = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}([T ][0-9:.]+(Z|[+-]\\d{2}:?\\d{2})?)?$' })

export function registerCommits(app: App, deps: CommitsDeps): void {
  registerList(app, deps)
  registerOne(app, deps)
  registerCompare(app, deps)
}

function registerList(app: App, { repositories, url }: CommitsDeps): void {
  app.get(
    '/api/v4/projects/:id/repository/commits',
    {
      ...reading,
      schema: {
        operationId: 'listCommits',
        tags: ['repository'],
        params: Type.Object(idParameter),
        querystring: Type.Object({
          ...pageQuery,
          ref_name: Type.Optional(Type.String()),
          path: Type.Optional(Type.String()),
          since: Type.Optional(moment),
          until: Type.Optional(moment),
        }),
        response: { 200: Type.Array(commitEntity) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const { ref_name, path, since, until } = request.query
      if (path !== undefined && path !== '' && !isPath(path)) throw badRequest('path is invalid')
      const from = await startOf(repositories, request, ref_name)
      const page = pageOf(request.query)
      if (from === null) {
        if (ref_name !== undefined) throw notFound('Commit')
        tellPage(request, reply, page, 0)
        return []
      }
      const filter = { from, since, until, path: path || undefined }
      const [shas, total] = await Promise.all([
        repositories.log(project.id, { ...filter, ...page }),
        repositories.countCommits(project.id, filter),
      ])
      tellPage(request, reply, page, total)
      const commits = await Promise.all(shas.map(sha => repositories.commit(project.id, sha)))
      return commits.filter(commit => commit !== null).map(commit => toCommit(commit, `${url}/${project.fullPath}`))
    },
  )
}

function registerOne(app: App, { repositories, url }: CommitsDeps): void {
  async function find(request: FastifyRequest) {
    const { project } = projectOf(request)
    const { sha } = request.params as { readonly sha: string }
    const resolved = await repositories.resolveAny(project.id, sha)
    const commit = resolved === null ? null : await repositories.commit(project.id, resolved)
    if (commit === null) throw notFound('Commit')
    return { project, commit }
  }

  app.get(
    '/api/v4/projects/:id/repository/commits/:sha',
    {
      ...reading,
      schema: { operationId: 'getCommit', tags: ['repository'], params: oneCommit, response: { 200: commitEntity } },
    },
    async request => {
      const { project, commit } = await find(request)
      return toCommit(commit, `${url}/${project.fullPath}`)
    },
  )

  app.get(
    '/api/v4/projects/:id/repository/commits/:sha/diff',
    {
      ...reading,
      schema: {
        operationId: 'getCommitDiff',
        tags: ['repository'],
        params: oneCommit,
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(diffEntity) },
      },
    },
    async (request, reply) => {
      const { project, commit } = await find(request)
      const changes = (await repositories.diff(project.id, commit.parents[0] ?? noCommit, commit.sha)) ?? []
      const page = pageOf(request.query)
      tellPage(request, reply, page, changes.length)
      return changes.slice(page.offset, page.offset + page.limit).map(toDiff)
    },
  )
}

function registerCompare(app: App, { repositories, url }: CommitsDeps): void {
  app.get(
    '/api/v4/projects/:id/repository/compare',
    {
      ...reading,
      schema: {
        operationId: 'compare',
        tags: ['repository'],
        params: Type.Object(idParameter),
        querystring: Type.Object({ from: Type.String(), to: Type.String(), straight: flag }),
        response: {
          200: Type.Object({
            commit: Type.Union([commitEntity, Type.Null()]),
            commits: Type.Array(commitEntity),
            diffs: Type.Array(diffEntity),
            compare_timeout: Type.Boolean(),
            compare_same_ref: Type.Boolean(),
            web_url: nullableString,
          }),
        },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const { from, to, straight = false } = request.query
      const [one, other] = await Promise.all([
        repositories.resolveAny(project.id, from),
        repositories.resolveAny(project.id, to),
      ])
      if (one === null || other === null) throw notFound('Ref')
      const base = straight ? one : await repositories.mergeBase(project.id, one, other)
      const shas = await repositories.log(project.id, { from: other, exclude: one, limit: 1000, offset: 0 })
      const commits = (await Promise.all(shas.map(sha => repositories.commit(project.id, sha)))).filter(
        each => each !== null,
      )
      const changes = base === null ? [] : ((await repositories.diff(project.id, base, other)) ?? [])
      const views = commits.map(commit => toCommit(commit, `${url}/${project.fullPath}`)).reverse()
      return {
        commit: views.at(-1) ?? null,
        commits: views,
        diffs: changes.map(toDiff),
        compare_timeout: false,
        compare_same_ref: one === other,
        web_url: null,
      }
    },
  )
}

/** The commit that a list starts from; null: the repository is empty, or has no such ref. */
export async function startOf(
  repositories: Repositories,
  request: FastifyRequest,
  ref: string | undefined,
): Promise<string | null> {
  const { project } = projectOf(request)
  return repositories.resolveAny(
    project.id,
    ref === undefined || ref === '' || ref === 'HEAD' ? project.defaultBranch : ref,
  )
}

function toDiff(change: FileChange): Static<typeof diffEntity> {
  return {
    old_path: change.oldPath,
    new_path: change.newPath,
    a_mode: change.oldMode,
    b_mode: change.newMode,
    new_file: change.status === 'added',
    renamed_file: change.status === 'renamed',
    deleted_file: change.status === 'deleted',
    generated_file: false,
    diff: change.diff,
  }
}
