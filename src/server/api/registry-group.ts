// The images of all projects of a group and the groups below it, as far as the reader may pull them.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { ProjectAccess } from '../../access/ports.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { groupOf } from '../plugins/policy.ts'
import { flag, idParameter } from '../schema.ts'
import { namesOf, type RegistryApiDeps } from './registry-deps.ts'
import { repositoryEntity, toRepository } from './registry-entity.ts'

export function registerRegistryGroup(app: App, deps: RegistryApiDeps): void {
  app.get(
    '/api/v4/groups/:id/registry/repositories',
    {
      config: { policy: { kind: 'group', action: 'read_group' } },
      schema: {
        operationId: 'listRegistryRepositoriesOfGroup',
        tags: ['container registry'],
        params: Type.Object(idParameter),
        querystring: Type.Object({ ...pageQuery, tags_count: flag }),
        response: { 200: Type.Array(repositoryEntity) },
      },
    },
    async (request, reply) => {
      const projects = await projectsBelow(request, deps)
      const page = pageOf(request.query)
      const { items, total } = await deps.store.repositoriesOf([...projects.keys()], page)
      tellPage(request, reply, page, total)
      return items.map(repository => {
        const path = projects.get(repository.projectId)?.project.fullPath ?? ''
        return toRepository(repository, namesOf(path, repository.suffix, deps.registryUrl))
      })
    },
  )
}

async function projectsBelow(
  request: FastifyRequest,
  { store, access }: RegistryApiDeps,
): Promise<ReadonlyMap<number, ProjectAccess>> {
  const { group } = groupOf(request)
  const projects = new Map<number, ProjectAccess>()
  for (const id of await store.projectsWithImages()) {
    const found = await access.project(request.actor, id)
    if (found?.project.fullPath.startsWith(`${group.fullPath}/`) !== true) continue
    if (found.may('read_registry').allowed) projects.set(id, found)
  }
  return projects
}
