// Resource groups: jobs of one group run one after the other.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { type ResourceGroupRecord, resourceModes } from '../../run/records.ts'
import type { ResourceGroupStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, oneOf } from '../schema.ts'
import { jobEntity, toJobs } from './job-entity.ts'
import { pipelinesOf } from './jobs.ts'
import { runPage } from './run-of-request.ts'
import type { RunView } from './run-view.ts'

export type ResourceGroupsDeps = { readonly view: RunView; readonly resourceGroups: ResourceGroupStore }

const mode = oneOf(resourceModes)
const groupEntity = Type.Object({
  id: Type.Integer(),
  key: Type.String(),
  process_mode: mode,
  created_at: Type.String(),
  updated_at: Type.String(),
})
const params = Type.Object({ ...idParameter, key: Type.String({ maxLength: 255 }) })
const read = { policy: { kind: 'project', action: 'read_resource_groups' } } as const
const base = '/api/v4/projects/:id/resource_groups'

export function registerResourceGroups(app: App, { view, resourceGroups }: ResourceGroupsDeps): void {
  app.get(
    base,
    {
      config: read,
      schema: {
        operationId: 'listResourceGroups',
        tags: ['resource groups'],
        params: Type.Object(idParameter),
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(groupEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await resourceGroups.list(projectOf(request).project.id, runPage(page))
      tellPage(request, reply, page, total)
      return items.map(toEntity)
    },
  )

  app.get(
    `${base}/:key`,
    {
      config: read,
      schema: { operationId: 'getResourceGroup', tags: ['resource groups'], params, response: { 200: groupEntity } },
    },
    async request => toEntity(await groupNamed(resourceGroups, request)),
  )

  app.get(
    `${base}/:key/upcoming_jobs`,
    {
      config: read,
      schema: {
        operationId: 'listUpcomingJobs',
        tags: ['resource groups'],
        params,
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(jobEntity) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const { key } = await groupNamed(resourceGroups, request)
      const page = pageOf(request.query)
      const filter = { projectId: project.id, statuses: ['waiting_for_resource'] as const, ascending: true }
      const { items } = await view.reads.jobs(filter, { page: 1, perPage: 1000 })
      const waiting = items.filter(job => job.resourceGroup === key)
      tellPage(request, reply, page, waiting.length)
      const shown = waiting.slice(page.offset, page.offset + page.limit)
      return toJobs(view, shown, await pipelinesOf(view, shown), project.fullPath)
    },
  )

  app.put(
    `${base}/:key`,
    {
      config: { policy: { kind: 'project', action: 'change_resource_groups' } },
      schema: {
        operationId: 'changeResourceGroup',
        tags: ['resource groups'],
        params,
        body: Type.Object({ process_mode: mode }),
        response: { 200: groupEntity },
      },
    },
    async request => {
      const { key, projectId } = await groupNamed(resourceGroups, request)
      const changed = await resourceGroups.setMode(projectId, key, request.body.process_mode)
      if (changed === null) throw notFound('Resource Group')
      return toEntity(changed)
    },
  )
}

async function groupNamed(groups: ResourceGroupStore, request: FastifyRequest): Promise<ResourceGroupRecord> {
  const { key } = request.params as { readonly key: string }
  const group = await groups.byKey(projectOf(request).project.id, key)
  if (group === null) throw notFound('Resource Group')
  return group
}

function toEntity(group: ResourceGroupRecord) {
  return {
    id: group.id,
    key: group.key,
    process_mode: group.mode,
    created_at: group.createdAt,
    updated_at: group.createdAt,
  }
}
