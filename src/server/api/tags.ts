// Tags of a project's repository.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { ProjectAccess } from '../../access/ports.ts'
import type { NamedRef } from '../../git/repositories.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableString, sortQuery } from '../schema.ts'
import { commitEntity, toCommit } from './commit-entity.ts'
import { editorPlace, matchesSearch, type RefsDeps, shown, viewOf } from './ref-lists.ts'

const tagEntity = Type.Object({
  name: Type.String(),
  message: nullableString,
  target: Type.String(),
  commit: commitEntity,
  release: Type.Union([Type.Object({ tag_name: Type.String(), description: Type.String() }), Type.Null()]),
  protected: Type.Boolean(),
  created_at: nullableString,
})

const reading = { config: { policy: { kind: 'project', action: 'read_code' } } } as const
const pushing = { config: { policy: { kind: 'project', action: 'push_code' } } } as const
const params = Type.Object(idParameter)

export function registerTags(app: App, deps: RefsDeps): void {
  registerReading(app, deps)
  registerWriting(app, deps)
}

function registerReading(app: App, deps: RefsDeps): void {
  app.get(
    '/api/v4/projects/:id/repository/tags',
    {
      ...reading,
      schema: {
        operationId: 'listTags',
        tags: ['repository'],
        params,
        querystring: Type.Object({
          ...pageQuery,
          ...sortQuery,
          search: Type.Optional(Type.String()),
          order_by: Type.Optional(
            Type.Unsafe<'updated' | 'name' | 'version'>({ type: 'string', enum: ['updated', 'name', 'version'] }),
          ),
        }),
        response: { 200: Type.Array(tagEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { search, order_by = 'updated', sort = 'desc' } = request.query
      const all = await deps.repositories.refs(projectOf(request).project.id, 'tag')
      const found = all.filter(each => matchesSearch(each.ref.name, search))
      tellPage(request, reply, page, found.length)
      const ordered = await orderTags(deps, projectOf(request), found, order_by)
      return shown(sort === 'asc' ? ordered : [...ordered].reverse(), page, each => toTag(deps, request, each))
    },
  )

  app.get(
    '/api/v4/projects/:id/repository/tags/:tag_name',
    {
      ...reading,
      schema: {
        operationId: 'getTag',
        tags: ['repository'],
        params: Type.Object({ ...idParameter, tag_name: Type.String() }),
        response: { 200: tagEntity },
      },
    },
    async request => readTag(deps, request, request.params.tag_name),
  )
}

function registerWriting(app: App, deps: RefsDeps): void {
  app.post(
    '/api/v4/projects/:id/repository/tags',
    {
      ...pushing,
      schema: {
        operationId: 'createTag',
        tags: ['repository'],
        params,
        body: Type.Object({ tag_name: Type.String(), ref: Type.String(), message: Type.Optional(nullableString) }),
        response: { 201: tagEntity },
      },
    },
    async (request, reply) => {
      const { tag_name, ref, message } = request.body
      await deps.editor.createTag(editorPlace(request), tag_name, ref, message ?? '')
      return reply.code(201).send(await readTag(deps, request, tag_name))
    },
  )

  app.delete(
    '/api/v4/projects/:id/repository/tags/:tag_name',
    {
      ...pushing,
      schema: {
        operationId: 'deleteTag',
        tags: ['repository'],
        params: Type.Object({ ...idParameter, tag_name: Type.String() }),
      },
    },
    async (request, reply) => {
      await deps.editor.remove(editorPlace(request), { kind: 'tag', name: request.params.tag_name })
      return reply.code(204).send()
    },
  )
}

async function orderTags(
  { repositories }: RefsDeps,
  { project }: ProjectAccess,
  tags: readonly NamedRef[],
  order: 'updated' | 'name' | 'version',
): Promise<readonly NamedRef[]> {
  if (order === 'name') return tags
  if (order === 'version') {
    const collator = new Intl.Collator('en', { numeric: true })
    return [...tags].sort((one, other) => collator.compare(one.ref.name, other.ref.name))
  }
  const dated = await Promise.all(
    tags.map(async tag => ({
      tag,
      date: Date.parse((await repositories.commit(project.id, tag.sha))?.committer.date ?? ''),
    })),
  )
  return dated.sort((one, other) => one.date - other.date).map(each => each.tag)
}

async function readTag(deps: RefsDeps, request: FastifyRequest, name: string) {
  const view = await viewOf(deps, request, { kind: 'tag', name })
  const tag = view === null ? null : await toTag(deps, request, view)
  if (tag === null) throw notFound('Tag')
  return tag
}

async function toTag(
  { access, repositories, releases, url }: RefsDeps,
  request: FastifyRequest,
  { ref, sha, target }: NamedRef,
): Promise<Static<typeof tagEntity> | null> {
  const { project } = projectOf(request)
  const commit = await repositories.commit(project.id, sha)
  if (commit === null) return null
  const release = (await releases?.byTag(project.id, ref.name)) ?? null
  const annotation = target === sha ? null : await repositories.annotation(project.id, ref.name)
  return {
    name: ref.name,
    message: annotation?.message ?? null,
    target,
    commit: toCommit(commit, `${url}/${project.fullPath}`),
    release: release === null ? null : { tag_name: ref.name, description: release.description },
    protected: await access.isProtected(project.id, ref),
    created_at: annotation?.tagger?.date ?? null,
  }
}
