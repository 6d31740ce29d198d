// Every change that succeeded through the API leaves a record of who did what to which thing, before the answer goes
// out. Bodies are never recorded: they hold secrets.
import type { FastifyRequest } from 'fastify'
import type { Audit } from '../../access/audit.ts'
import type { App } from '../app.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False: the route keeps its own record, or changes nothing worth one. */
    audit?: boolean
  }
}

const audited = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

export function addAudit(app: App, audit: Audit): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!audited.has(request.method) || reply.statusCode >= 300 || request.routeOptions.config.audit === false) return
    if (request.actor.kind === 'anonymous') return // runners and leases: their work has its own records
    await audit.record({
      actor: request.actor,
      address: request.ip,
      action: operationOf(request),
      projectId: request.projectAccess?.project.id ?? null,
      groupId: request.groupAccess?.group.id ?? null,
      target: targetOf(request) || nameIn(payload),
    })
  })
}

function operationOf(request: FastifyRequest): string {
  const { operationId } = (request.routeOptions.schema ?? {}) as { readonly operationId?: string }
  return operationId ?? `${request.method} ${request.routeOptions.url ?? ''}`
}

/** `group/project`, and what the path names inside of it. */
function targetOf(request: FastifyRequest): string {
  const { id, ...inner } = request.params as Readonly<Record<string, string>>
  const place = request.projectAccess?.project.fullPath ?? request.groupAccess?.group.fullPath ?? id
  return [place, ...Object.values(inner)].filter(part => part !== undefined).join(' ')
}

const names = ['path_with_namespace', 'full_path', 'username'] as const

/** What was just made is named by no path; of the answer nothing but its public name is taken. */
function nameIn(payload: unknown): string {
  if (typeof payload !== 'string' || !payload.startsWith('{')) return ''
  const made = JSON.parse(payload) as Readonly<Record<string, unknown>>
  const name = names.map(each => made[each]).find(each => typeof each === 'string')
  return typeof name === 'string' ? name : ''
}
