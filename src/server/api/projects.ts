// Projects: read, create, change, move, archive, delete.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { pathFrom } from '../../access/names.ts'
import type { Access, GroupAccess } from '../../access/ports.ts'
import type { Projects } from '../../access/projects.ts'
import type { Settings } from '../../access/settings.ts'
import type { ProjectDetails, ProjectStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { demand, projectOf, userOf } from '../plugins/policy.ts'
import { accepted, idParameter } from '../schema.ts'
import { type ProjectView, projectEntity, toProject } from './project-entity.ts'
import { registerProjectLists } from './project-lists.ts'
import { changeBody, changeFields, ciSettingsOf, toChange } from './project-settings.ts'

export type ProjectsDeps = {
  readonly access: Access
  readonly projects: Projects
  readonly projectStore: ProjectStore
  readonly settings: Settings
  readonly view: ProjectView
  /** Points the repository's HEAD at another branch; false: there is no such branch. */
  readonly setDefaultBranch: (projectId: number, branch: string) => Promise<boolean>
}

export function registerProjects(app: App, deps: ProjectsDeps): void {
  registerProjectLists(app, deps)
  registerCreate(app, deps)
  registerOne(app, deps)
  registerMoves(app, deps)
}

function registerCreate(app: App, deps: ProjectsDeps): void {
  app.post(
    '/api/v4/projects',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'createProject',
        tags: ['projects'],
        body: Type.Object({
          ...changeFields,
          namespace_id: Type.Optional(Type.Integer()),
          namespace_path: Type.Optional(Type.String()),
        }),
        response: { 201: projectEntity },
      },
    },
    async (request, reply) => {
      const { body } = request
      const { name = body.path } = body
      if (name === undefined) throw badRequest('name or path is missing')
      const group = await targetGroup(
        deps.access,
        request,
        body.namespace_id ?? body.namespace_path ?? userOf(request).username,
      )
      const settings = await deps.settings.current()
      const {
        description = '',
        path = pathFrom(name),
        default_branch: defaultBranch = settings.defaultBranchName,
      } = body
      const change = toChange(body)
      const created = await deps.projects.create(
        {
          groupId: group.group.id,
          name,
          path,
          description,
          defaultBranch,
          visibility: body.visibility ?? narrower(settings.defaultProjectVisibility, group.group.visibility),
          buildsEnabled: change.buildsEnabled ?? true,
          registryEnabled: change.registryEnabled ?? true,
        },
        userOf(request).userId,
      )
      const ci = ciSettingsOf({}, body)
      const { registryMembersOnly = false, jobTokenMayPush = false, outdatedDeploymentsAllowed = false } = change
      const project =
        ci !== undefined || registryMembersOnly || jobTokenMayPush || outdatedDeploymentsAllowed
          ? await deps.projects.change(created, {
              registryMembersOnly,
              jobTokenMayPush,
              outdatedDeploymentsAllowed,
              ...(ci === undefined ? {} : { ci }),
            })
          : created
      return reply.code(201).send(await toProject(deps.view, project ?? created, 50))
    },
  )
}

function registerOne(app: App, deps: ProjectsDeps): void {
  const params = Type.Object(idParameter)

  app.get(
    '/api/v4/projects/:id',
    {
      config: { policy: { kind: 'project', action: 'read_project' } },
      schema: { operationId: 'getProject', tags: ['projects'], params, response: { 200: projectEntity } },
    },
    async request => toProject(deps.view, await detailsOf(deps, request), projectOf(request).level),
  )

  app.put(
    '/api/v4/projects/:id',
    {
      config: { policy: { kind: 'project', action: 'change_project' } },
      schema: {
        operationId: 'changeProject',
        tags: ['projects'],
        params,
        body: changeBody,
        response: { 200: projectEntity },
      },
    },
    async request => {
      const project = await detailsOf(deps, request)
      const ci = ciSettingsOf(project.ci ?? {}, request.body)
      const change = { ...toChange(request.body), ...(ci === undefined ? {} : { ci }) }
      if (change.defaultBranch !== undefined && !(await deps.setDefaultBranch(project.id, change.defaultBranch))) {
        throw badRequest(`default_branch: there is no branch '${change.defaultBranch}'`)
      }
      const changed = await deps.projects.change(project, change)
      if (changed === null) throw notFound('Project')
      return toProject(deps.view, changed, projectOf(request).level)
    },
  )

  app.delete(
    '/api/v4/projects/:id',
    {
      config: { policy: { kind: 'project', action: 'delete_project' } },
      schema: { operationId: 'deleteProject', tags: ['projects'], params, response: { 202: accepted } },
    },
    async (request, reply) => {
      await deps.projects.remove(projectOf(request).project.id)
      return reply.code(202).send({ message: '202 Accepted' })
    },
  )
}

function registerMoves(app: App, deps: ProjectsDeps): void {
  const params = Type.Object(idParameter)
  for (const [verb, archived] of [
    ['archive', true],
    ['unarchive', false],
  ] as const) {
    app.post(
      `/api/v4/projects/:id/${verb}`,
      {
        config: { policy: { kind: 'project', action: 'archive_project' } },
        schema: { operationId: `${verb}Project`, tags: ['projects'], params, response: { 201: projectEntity } },
      },
      async (request, reply) => {
        const changed = await deps.projects.change(await detailsOf(deps, request), { archived })
        if (changed === null) throw notFound('Project')
        return reply.code(201).send(await toProject(deps.view, changed, projectOf(request).level))
      },
    )
  }

  app.put(
    '/api/v4/projects/:id/transfer',
    {
      config: { policy: { kind: 'project', action: 'delete_project' } },
      schema: {
        operationId: 'transferProject',
        tags: ['projects'],
        params,
        body: Type.Object({ namespace: Type.Union([Type.Integer(), Type.String()]) }),
        response: { 200: projectEntity },
      },
    },
    async request => {
      const target = await targetGroup(deps.access, request, request.body.namespace)
      const moved = await deps.projects.move(await detailsOf(deps, request), target.group)
      if (moved === null) throw notFound('Project')
      return toProject(deps.view, moved, projectOf(request).level)
    },
  )
}

async function detailsOf(deps: ProjectsDeps, request: FastifyRequest): Promise<ProjectDetails> {
  const details = await deps.projectStore.byId(projectOf(request).project.id)
  if (details === null) throw notFound('Project')
  return details
}

/** The group of a new or moved project, where the actor may create projects. */
async function targetGroup(access: Access, request: FastifyRequest, key: number | string): Promise<GroupAccess> {
  const found = await access.group(request.actor, typeof key === 'string' && /^[0-9]+$/.test(key) ? Number(key) : key)
  if (found === null) throw notFound('Namespace')
  demand(request.actor, found.may('create_project'), 'Namespace')
  return found
}

function narrower(
  one: ProjectDetails['visibility'],
  other: ProjectDetails['visibility'],
): ProjectDetails['visibility'] {
  const order = ['private', 'internal', 'public'] as const
  return order[Math.min(order.indexOf(one), order.indexOf(other))] ?? 'private'
}
