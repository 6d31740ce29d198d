// How much room images take, quotas, and the housekeeping that an administrator starts by hand. What lasts long answers with
// a line of JSON for each step.
import { Readable } from 'node:stream'
import { Type } from '@fastify/type-provider-typebox'
import type { Usage } from '../../registry/management/ports.ts'
import type { App } from '../app.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableInteger } from '../schema.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { progressLines } from './registry-progress.ts'

const tags = ['container registry']
const usageFields = {
  used_bytes: Type.Integer({ description: 'Each blob once.' }),
  reclaimable_bytes: Type.Integer({
    description: 'What no tag keeps; it comes back by itself when its grace is over.',
  }),
  repositories: Type.Integer(),
  tags: Type.Integer(),
}
const projectUsage = Type.Object({ ...usageFields, quota_bytes: nullableInteger })

export function registerRegistryUsage(app: App, deps: RegistryApiDeps): void {
  registerProjectUsage(app, deps)
  registerInstanceUsage(app, deps)
  registerHousekeeping(app, deps)
}

function registerProjectUsage(app: App, deps: RegistryApiDeps): void {
  const path = '/api/v4/projects/:id/registry/usage'
  async function view(projectId: number) {
    const { quotaBytes } = await deps.store.rulesOf(projectId)
    return { ...toUsage(await deps.store.usage(projectId)), quota_bytes: quotaBytes }
  }

  app.get(
    path,
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'getRegistryUsage',
        tags,
        params: Type.Object(idParameter),
        response: { 200: projectUsage },
      },
    },
    async request => view(projectOf(request).project.id),
  )

  app.put(
    '/api/v4/slipway/registry/quotas/:id',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'setRegistryQuota',
        tags,
        params: Type.Object(idParameter),
        body: Type.Object({ quota_bytes: Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0 }) }),
        response: { 200: projectUsage },
      },
    },
    async request => {
      const { id } = request.params
      const found = await deps.access.project(request.actor, /^\d+$/.test(id) ? Number(id) : id)
      if (found === null) throw notFound('Project')
      await deps.store.setQuota(found.project.id, request.body.quota_bytes)
      return view(found.project.id)
    },
  )
}

function registerInstanceUsage(app: App, deps: RegistryApiDeps): void {
  app.get(
    '/api/v4/slipway/registry/usage',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'getRegistryUsageOfInstance',
        tags,
        querystring: Type.Object(pageQuery),
        response: {
          200: Type.Object({
            ...usageFields,
            projects: Type.Array(Type.Object({ ...usageFields, project_id: Type.Integer() })),
          }),
        },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await deps.store.usageByProject(page)
      tellPage(request, reply, page, total)
      const projects = items.map(({ projectId, ...usage }) => ({ ...toUsage(usage), project_id: projectId }))
      return { ...toUsage(await deps.store.totalUsage()), projects }
    },
  )
}

function registerHousekeeping(app: App, deps: RegistryApiDeps): void {
  const { collector, sweeper, isHousekeeper } = deps.registry
  const demandHere = (): void => {
    if (!isHousekeeper)
      throw new Denial(409, '409 Conflict', 'another process serves the registry, and does its housekeeping by itself')
  }

  app.post(
    '/api/v4/slipway/registry/gc',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'collectRegistryGarbage',
        description: 'Removes what is due now; a line of JSON a step.',
        tags,
      },
    },
    async (request, reply) => {
      demandHere()
      return reply.type('application/x-ndjson').send(
        Readable.from(
          progressLines(request.raw, async (signal, tell) => {
            const collected = await collector.collect(signal, tell)
            const swept = await sweeper.sweep(signal)
            return {
              done: true,
              ...collected,
              orphans: swept.orphans,
              uploads: swept.uploads,
              bytes: collected.bytes + swept.bytes,
            }
          }),
        ),
      )
    },
  )

  app.post(
    '/api/v4/slipway/registry/verify',
    {
      config: { policy: { kind: 'admin' } },
      schema: { operationId: 'verifyRegistry', description: 'Reads every blob; a line of JSON a step.', tags },
    },
    async (request, reply) => {
      return reply.type('application/x-ndjson').send(
        Readable.from(
          progressLines(request.raw, async (signal, tell) => ({
            done: true,
            ...(await sweeper.verify(signal, tell)),
          })),
        ),
      )
    },
  )
}

function toUsage(usage: Usage) {
  return {
    used_bytes: usage.usedBytes,
    reclaimable_bytes: usage.reclaimableBytes,
    repositories: usage.repositories,
    tags: usage.tags,
  }
}
