// What administrators decide for the whole instance, and the record of what was changed.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { InstanceSettings, Settings } from '../../access/settings.ts'
import type { AuditStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableInteger, visibility } from '../schema.ts'

export type SettingsDeps = { readonly settings: Settings; readonly auditStore: AuditStore }

const fields = {
  signup_enabled: Type.Boolean(),
  default_project_visibility: visibility,
  default_branch_name: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}$' }),
  container_registry_enabled: Type.Boolean(),
}
const settingsEntity = Type.Object(fields)

const eventEntity = Type.Object({
  id: Type.Integer(),
  created_at: Type.String(),
  author_id: nullableInteger,
  author_name: Type.String(),
  action: Type.String(),
  project_id: nullableInteger,
  group_id: nullableInteger,
  target: Type.String(),
  ip_address: Type.String(),
})

export function registerSettings(app: App, deps: SettingsDeps): void {
  const config = { policy: { kind: 'admin' as const } }
  app.get(
    '/api/v4/application/settings',
    { config, schema: { operationId: 'getSettings', tags: ['settings'], response: { 200: settingsEntity } } },
    async () => toSettings(await deps.settings.current()),
  )
  app.put(
    '/api/v4/application/settings',
    {
      config,
      schema: {
        operationId: 'changeSettings',
        tags: ['settings'],
        body: Type.Partial(settingsEntity),
        response: { 200: settingsEntity },
      },
    },
    async request => toSettings(await deps.settings.change(toChange(request.body))),
  )
  registerEvents(app, deps.auditStore)
}

function registerEvents(app: App, store: AuditStore): void {
  const querystring = Type.Object(pageQuery)
  const response = { 200: Type.Array(eventEntity) }
  app.get(
    '/api/v4/audit_events',
    {
      config: { policy: { kind: 'admin' } },
      schema: { operationId: 'listAuditEvents', tags: ['settings'], querystring, response },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const found = await store.list({}, page)
      tellPage(request, reply, page, found.total)
      return found.items.map(toEvent)
    },
  )
  app.get(
    '/api/v4/projects/:id/audit_events',
    {
      config: { policy: { kind: 'project', action: 'read_audit' } },
      schema: {
        operationId: 'listProjectAuditEvents',
        tags: ['settings'],
        params: Type.Object(idParameter),
        querystring,
        response,
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const found = await store.list({ projectId: projectOf(request).project.id }, page)
      tellPage(request, reply, page, found.total)
      return found.items.map(toEvent)
    },
  )
}

function toSettings(settings: InstanceSettings): Static<typeof settingsEntity> {
  return {
    signup_enabled: settings.signupEnabled,
    default_project_visibility: settings.defaultProjectVisibility,
    default_branch_name: settings.defaultBranchName,
    container_registry_enabled: settings.registryEnabled,
  }
}

function toChange(body: Partial<Static<typeof settingsEntity>>): Partial<InstanceSettings> {
  return {
    ...(body.signup_enabled === undefined ? {} : { signupEnabled: body.signup_enabled }),
    ...(body.default_project_visibility === undefined
      ? {}
      : { defaultProjectVisibility: body.default_project_visibility }),
    ...(body.default_branch_name === undefined ? {} : { defaultBranchName: body.default_branch_name }),
    ...(body.container_registry_enabled === undefined ? {} : { registryEnabled: body.container_registry_enabled }),
  }
}

function toEvent(event: Awaited<ReturnType<AuditStore['list']>>['items'][number]): Static<typeof eventEntity> {
  return {
    id: event.id,
    created_at: event.at,
    author_id: event.userId,
    author_name: event.username,
    action: event.action,
    project_id: event.projectId,
    group_id: event.groupId,
    target: event.target,
    ip_address: event.address,
  }
}
