// Repositories and tags: GitLab's container registry API.
import { Type } from '@fastify/type-provider-typebox'
import { inspectImage } from '../../registry/management/inspect.ts'
import type { RepositorySummary } from '../../registry/management/ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { demand, projectOf } from '../plugins/policy.ts'
import { accepted, flag, idParameter, integerParameter } from '../schema.ts'
import { namesOf, type RegistryApiDeps, repositoryOf } from './registry-deps.ts'
import {
  repositoryEntity,
  tagDetailEntity,
  tagSummaryEntity,
  toRepository,
  toTag,
  toTagDetail,
  toTagSummary,
} from './registry-entity.ts'

export const repositoryParameters = { ...idParameter, repository_id: integerParameter }
const tagParameters = { ...repositoryParameters, tag_name: Type.String() }
const listedTags = 100
const tags = ['container registry']

export function registerRegistryRepositories(app: App, deps: RegistryApiDeps): void {
  registerRepositories(app, deps)
  registerTags(app, deps)
}

function registerRepositories(app: App, deps: RegistryApiDeps): void {
  async function withTags(repository: RepositorySummary, names: ReturnType<typeof namesOf>) {
    const { items } = await deps.store.tagsIn(repository.id, {
      search: null,
      sort: 'name',
      limit: listedTags,
      offset: 0,
    })
    return { ...toRepository(repository, names), tags: items.map(tag => toTag(tag.name, names)) }
  }

  app.get(
    '/api/v4/projects/:id/registry/repositories',
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'listRegistryRepositories',
        tags,
        params: Type.Object(idParameter),
        querystring: Type.Object({ ...pageQuery, tags: flag, tags_count: flag }),
        response: { 200: Type.Array(repositoryEntity) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const page = pageOf(request.query)
      const { items, total } = await deps.store.repositoriesOf([project.id], page)
      tellPage(request, reply, page, total)
      const named = items.map(repository => ({
        repository,
        names: namesOf(project.fullPath, repository.suffix, deps.registryUrl),
      }))
      if (request.query.tags !== true) return named.map(({ repository, names }) => toRepository(repository, names))
      return Promise.all(named.map(({ repository, names }) => withTags(repository, names)))
    },
  )

  app.get(
    '/api/v4/registry/repositories/:repository_id',
    {
      config: {
        policy: { kind: 'self_checked', why: 'the project is found by the repository, then asked as for a project' },
      },
      schema: {
        operationId: 'getRegistryRepository',
        tags,
        params: Type.Object({ repository_id: integerParameter }),
        querystring: Type.Object({ tags: flag, tags_count: flag, size: flag }),
        response: { 200: repositoryEntity },
      },
    },
    async request => {
      const repository = await deps.store.repositoryById(request.params.repository_id)
      const access = repository === null ? null : await deps.access.project(request.actor, repository.projectId)
      if (repository === null || access === null) throw notFound('Repository')
      demand(request.actor, access.may('read_registry'), 'Repository')
      const names = namesOf(access.project.fullPath, repository.suffix, deps.registryUrl)
      return request.query.tags === true ? withTags(repository, names) : toRepository(repository, names)
    },
  )

  app.delete(
    '/api/v4/projects/:id/registry/repositories/:repository_id',
    {
      config: { policy: { kind: 'project', action: 'delete_registry' } },
      schema: {
        operationId: 'deleteRegistryRepository',
        tags,
        params: Type.Object(repositoryParameters),
        response: { 202: accepted },
      },
    },
    async (request, reply) => {
      const { repository, target } = await repositoryOf(request, deps)
      await deps.registry.removal.repository(target, repository.id)
      return reply.code(202).send({ message: '202 Accepted' })
    },
  )
}

function registerTags(app: App, deps: RegistryApiDeps): void {
  app.get(
    '/api/v4/projects/:id/registry/repositories/:repository_id/tags',
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'listRegistryTags',
        tags,
        params: Type.Object(repositoryParameters),
        querystring: Type.Object({
          ...pageQuery,
          search: Type.Optional(Type.String()),
          sort: Type.Optional(Type.Unsafe<'name' | 'published_at'>({ type: 'string', enum: ['name', 'published_at'] })),
        }),
        response: { 200: Type.Array(tagSummaryEntity) },
      },
    },
    async (request, reply) => {
      const { repository, names } = await repositoryOf(request, deps)
      const page = pageOf(request.query)
      const sort = request.query.sort === 'published_at' ? 'pushed_at' : 'name'
      const { items, total } = await deps.store.tagsIn(repository.id, {
        ...page,
        search: request.query.search ?? null,
        sort,
      })
      tellPage(request, reply, page, total)
      return items.map(tag => toTagSummary(tag, names))
    },
  )

  app.get(
    '/api/v4/projects/:id/registry/repositories/:repository_id/tags/:tag_name',
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'getRegistryTag',
        tags,
        params: Type.Object(tagParameters),
        response: { 200: tagDetailEntity },
      },
    },
    async request => {
      const { repository, names } = await repositoryOf(request, deps)
      const tag = await deps.store.tagIn(repository.id, request.params.tag_name)
      const facts = tag === null ? null : await inspectImage(deps, repository, tag.digest)
      if (tag === null || facts === null) throw notFound('Tag')
      return toTagDetail(tag, names, facts)
    },
  )

  app.delete(
    '/api/v4/projects/:id/registry/repositories/:repository_id/tags/:tag_name',
    {
      config: { policy: { kind: 'project', action: 'delete_registry' } },
      schema: {
        operationId: 'deleteRegistryTag',
        tags,
        params: Type.Object(tagParameters),
        response: { 200: Type.Object({}) },
      },
    },
    async request => {
      const { repository, target } = await repositoryOf(request, deps)
      const { tag_name: name } = request.params
      if ((await deps.store.tagIn(repository.id, name)) === null) throw notFound('Tag')
      await deps.registry.removal.tag(target, name)
      return {}
    },
  )
}
