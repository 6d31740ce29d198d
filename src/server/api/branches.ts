// Branches and tags of a project's repository.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Access, ProjectAccess } from '../../access/ports.ts'
import type { RefName } from '../../git/push.ts'
import type { RefEditor } from '../../git/ref-editor.ts'
import type { NamedRef, Repositories } from '../../git/repositories.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { type Page, pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableString, sortQuery } from '../schema.ts'
import { commitEntity, toCommit } from './commit-entity.ts'

export type BranchesDeps = {
  readonly access: Access
  readonly repositories: Repositories
  readonly editor: RefEditor
  readonly url: string
}

const branchEntity = Type.Object({
  name: Type.String(),
  commit: commitEntity,
  merged: Type.Boolean(),
  protected: Type.Boolean(),
  developers_can_push: Type.Boolean(),
  developers_can_merge: Type.Boolean(),
  can_push: Type.Boolean(),
  default: Type.Boolean(),
  web_url: Type.String(),
})

const tagEntity = Type.Object({
  name: Type.String(),
  message: nullableString,
  target: Type.String(),
  commit: commitEntity,
  release: Type.Null(),
  protected: Type.Boolean(),
  created_at: nullableString,
})

const reading = { config: { policy: { kind: 'project', action: 'read_code' } } } as const
const pushing = { config: { policy: { kind: 'project', action: 'push_code' } } } as const
const params = Type.Object(idParameter)

export function registerBranches(app: App, deps: BranchesDeps): void {
  registerBranchReading(app, deps)
  registerTagReading(app, deps)
  registerWriting(app, deps)
}

function registerBranchReading(app: App, deps: BranchesDeps): void {
  app.get(
    '/api/v4/projects/:id/repository/branches',
    {
      ...reading,
      schema: {
        operationId: 'listBranches',
        tags: ['repository'],
        params,
        querystring: Type.Object({ ...pageQuery, search: Type.Optional(Type.String()) }),
        response: { 200: Type.Array(branchEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const all = await deps.repositories.refs(projectOf(request).project.id, 'branch')
      const found = all.filter(each => matchesSearch(each.ref.name, request.query.search))
      tellPage(request, reply, page, found.length)
      return shown(found, page, each => toBranch(deps, request, each))
    },
  )

  app.get(
    '/api/v4/projects/:id/repository/branches/:branch',
    {
      ...reading,
      schema: {
        operationId: 'getBranch',
        tags: ['repository'],
        params: Type.Object({ ...idParameter, branch: Type.String() }),
        response: { 200: branchEntity },
      },
    },
    async request => readBranch(deps, request, request.params.branch),
  )
}

function registerTagReading(app: App, deps: BranchesDeps): void {
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

function registerWriting(app: App, deps: BranchesDeps): void {
  const place = (request: FastifyRequest) => ({ actor: request.actor, access: projectOf(request) })

  app.post(
    '/api/v4/projects/:id/repository/branches',
    {
      ...pushing,
      schema: {
        operationId: 'createBranch',
        tags: ['repository'],
        params,
        body: Type.Object({ branch: Type.String(), ref: Type.String() }),
        response: { 201: branchEntity },
      },
    },
    async (request, reply) => {
      const { branch, ref } = request.body
      await deps.editor.createBranch(place(request), branch, ref)
      return reply.code(201).send(await readBranch(deps, request, branch))
    },
  )

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
      await deps.editor.createTag(place(request), tag_name, ref, message ?? '')
      return reply.code(201).send(await readTag(deps, request, tag_name))
    },
  )

  app.delete(
    '/api/v4/projects/:id/repository/branches/:branch',
    {
      ...pushing,
      schema: {
        operationId: 'deleteBranch',
        tags: ['repository'],
        params: Type.Object({ ...idParameter, branch: Type.String() }),
      },
    },
    async (request, reply) => {
      await deps.editor.remove(place(request), { kind: 'branch', name: request.params.branch })
      return reply.code(204).send()
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
      await deps.editor.remove(place(request), { kind: 'tag', name: request.params.tag_name })
      return reply.code(204).send()
    },
  )
}

/** GitLab's search: `^v1` begins, `1$` ends, anything else is held. */
function matchesSearch(name: string, search: string | undefined): boolean {
  if (search === undefined || search === '') return true
  const text = search.replace(/^\^|\$$/g, '').toLowerCase()
  const lower = name.toLowerCase()
  if (search.startsWith('^')) return search.endsWith('$') ? lower === text : lower.startsWith(text)
  return search.endsWith('$') ? lower.endsWith(text) : lower.includes(text)
}

async function shown<T>(
  refs: readonly NamedRef[],
  page: Page,
  view: (ref: NamedRef) => Promise<T | null>,
): Promise<T[]> {
  const views = await Promise.all(refs.slice(page.offset, page.offset + page.limit).map(view))
  return views.filter(each => each !== null)
}

async function orderTags(
  { repositories }: BranchesDeps,
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

async function readBranch(deps: BranchesDeps, request: FastifyRequest, name: string) {
  const view = await viewOf(deps, request, { kind: 'branch', name })
  const branch = view === null ? null : await toBranch(deps, request, view)
  if (branch === null) throw notFound('Branch')
  return branch
}

async function readTag(deps: BranchesDeps, request: FastifyRequest, name: string) {
  const view = await viewOf(deps, request, { kind: 'tag', name })
  const tag = view === null ? null : await toTag(deps, request, view)
  if (tag === null) throw notFound('Tag')
  return tag
}

async function viewOf({ repositories }: BranchesDeps, request: FastifyRequest, ref: RefName): Promise<NamedRef | null> {
  const all = await repositories.refs(projectOf(request).project.id, ref.kind)
  return all.find(each => each.ref.name === ref.name) ?? null
}

async function toBranch(
  { access, repositories, url }: BranchesDeps,
  request: FastifyRequest,
  { ref, sha }: NamedRef,
): Promise<Static<typeof branchEntity> | null> {
  const place = projectOf(request)
  const { project } = place
  const commit = await repositories.commit(project.id, sha)
  if (commit === null) return null
  return {
    name: ref.name,
    commit: toCommit(commit, `${url}/${project.fullPath}`),
    merged: false,
    protected: await access.isProtected(project.id, ref),
    developers_can_push: false,
    developers_can_merge: false,
    can_push: (await access.mayPush(request.actor, place, { ...ref, change: 'update' })).allowed,
    default: ref.name === project.defaultBranch,
    web_url: `${url}/${project.fullPath}/-/tree/${ref.name.split('/').map(encodeURIComponent).join('/')}`,
  }
}

async function toTag(
  { access, repositories, url }: BranchesDeps,
  request: FastifyRequest,
  { ref, sha, target }: NamedRef,
): Promise<Static<typeof tagEntity> | null> {
  const { project } = projectOf(request)
  const commit = await repositories.commit(project.id, sha)
  if (commit === null) return null
  const annotation = target === sha ? null : await repositories.annotation(project.id, ref.name)
  return {
    name: ref.name,
    message: annotation?.message ?? null,
    target,
    commit: toCommit(commit, `${url}/${project.fullPath}`),
    release: null,
    protected: await access.isProtected(project.id, ref),
    created_at: annotation?.tagger?.date ?? null,
  }
}
