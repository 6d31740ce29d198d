// Branches of a project's repository.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { NamedRef } from '../../git/repositories.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter } from '../schema.ts'
import { commitEntity, toCommit } from './commit-entity.ts'
import { editorPlace, matchesSearch, type RefsDeps, shown, viewOf } from './ref-lists.ts'

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

const reading = { config: { policy: { kind: 'project', action: 'read_code' } } } as const
const pushing = { config: { policy: { kind: 'project', action: 'push_code' } } } as const
const params = Type.Object(idParameter)

export function registerBranches(app: App, deps: RefsDeps): void {
  registerReading(app, deps)
  registerWriting(app, deps)
}

function registerReading(app: App, deps: RefsDeps): void {
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

function registerWriting(app: App, deps: RefsDeps): void {
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
      await deps.editor.createBranch(editorPlace(request), branch, ref)
      return reply.code(201).send(await readBranch(deps, request, branch))
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
      await deps.editor.remove(editorPlace(request), { kind: 'branch', name: request.params.branch })
      return reply.code(204).send()
    },
  )
}

async function readBranch(deps: RefsDeps, request: FastifyRequest, name: string) {
  const view = await viewOf(deps, request, { kind: 'branch', name })
  const branch = view === null ? null : await toBranch(deps, request, view)
  if (branch === null) throw notFound('Branch')
  return branch
}

async function toBranch(
  { access, repositories, url }: RefsDeps,
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
