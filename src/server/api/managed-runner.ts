// The runner that a path names, for those who may manage it, and how it is shown to them.
import type { FastifyRequest } from 'fastify'
import type { Access } from '../../access/ports.ts'
import type { GroupStore, ProjectStore } from '../../access/store-ports.ts'
import type { LiveBus } from '../../run/ports.ts'
import type { RunnerRecord } from '../../run/records.ts'
import type { RunnerStore } from '../../run/store-ports.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { userOf } from '../plugins/policy.ts'
import type { RunView } from './run-view.ts'
import { toRunnerFull } from './runner-entity.ts'

export type RunnersDeps = {
  readonly view: RunView
  readonly runners: RunnerStore
  readonly projects: Pick<ProjectStore, 'byId'>
  readonly groups: Pick<GroupStore, 'byId'>
  readonly access: Pick<Access, 'project' | 'group'>
  readonly mintRunnerToken: () => { readonly token: string; readonly hash: string }
  readonly bus: LiveBus
}

/** The runner that the path names, if the actor may see or change it; it exists for nobody else. */
export function managedRunner(
  deps: RunnersDeps,
  request: FastifyRequest,
  wish: 'read' | 'change',
): Promise<RunnerRecord> {
  return demandManaged(deps, request, (request.params as { readonly runner_id: number }).runner_id, wish)
}

export async function demandManaged(
  deps: RunnersDeps,
  request: FastifyRequest,
  id: number,
  wish: 'read' | 'change',
): Promise<RunnerRecord> {
  const actor = userOf(request)
  const runner = await deps.runners.byId(id)
  if (runner !== null && (await mayManage(deps, request, runner, wish))) return runner
  if (runner === null || !actor.isAdmin) throw notFound('Runner')
  throw new Denial(403, '403 Forbidden')
}

export async function mayManage(
  deps: RunnersDeps,
  request: FastifyRequest,
  runner: RunnerRecord,
  wish: 'read' | 'change',
): Promise<boolean> {
  const actor = userOf(request)
  if (actor.isAdmin)
    return (
      actor.scopes === 'all' || actor.scopes.includes('api') || (wish === 'read' && actor.scopes.includes('read_api'))
    )
  for (const projectId of runner.scope === 'project' ? runner.projectIds : []) {
    const found = await deps.access.project(actor, projectId)
    if (found?.may(wish === 'read' ? 'read_runners' : 'change_runners').allowed === true) return true
  }
  for (const groupId of runner.scope === 'group' ? runner.groupIds : []) {
    const found = await deps.access.group(actor, groupId)
    if (found?.may(wish === 'read' ? 'read_group_runners' : 'change_group_runners').allowed === true) return true
  }
  return false
}

export async function wholeRunner(deps: RunnersDeps, runner: RunnerRecord) {
  const projects = await Promise.all(
    (runner.scope === 'project' ? runner.projectIds : []).map(id => deps.projects.byId(id)),
  )
  const groups = await Promise.all((runner.scope === 'group' ? runner.groupIds : []).map(id => deps.groups.byId(id)))
  return toRunnerFull(runner, deps.view.now(), {
    projects: projects.flatMap(project => (project === null ? [] : [namedProject(project)])),
    groups: groups.flatMap(group =>
      group === null ? [] : [{ id: group.id, name: group.name, web_url: `${deps.view.url}/groups/${group.fullPath}` }],
    ),
  })
}

export function namedProject({
  id,
  name,
  path,
  fullPath,
}: {
  readonly id: number
  readonly name: string
  readonly path: string
  readonly fullPath: string
}) {
  return { id, name, path, path_with_namespace: fullPath }
}
