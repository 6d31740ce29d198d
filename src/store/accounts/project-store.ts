import type { ExpressionBuilder, Selectable, Updateable } from 'kysely'
import type { CiSettings } from '../../access/ci-settings.ts'
import type {
  NewProject,
  ProjectChange,
  ProjectDetails,
  ProjectFilter,
  ProjectStore,
} from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { contains } from './search.ts'
import type { AccountTables } from './tables.ts'
import { refuseTaken } from './taken.ts'
import { hasLevel, isVisible } from './visible.ts'

export function createProjectStore(database: Database, deps: { readonly today: () => string }): ProjectStore {
  const byId = async (id: number) => {
    const row = await database.selectFrom('project').where('id', '=', id).selectAll().executeTakeFirst()
    return row === undefined ? null : toProject(row)
  }
  return {
    byId,
    byPath: async fullPath => {
      const row = await database
        .selectFrom('route')
        .innerJoin('project', 'project.id', 'route.project_id')
        .where('route.path_key', '=', fullPath.toLowerCase())
        .selectAll('project')
        .executeTakeFirst()
      return row === undefined ? null : toProject(row)
    },
    create: (project, creatorId, at) => refuseTaken('path', () => createProject(database, project, creatorId, at)),
    list: async (filter, page, order) => {
      const today = deps.today()
      const matching = database.selectFrom('project').where(where => matches(where, filter, today))
      const rows = await matching
        .selectAll()
        .orderBy(`project.${order.by}`, order.ascending ? 'asc' : 'desc')
        .orderBy('project.id', order.ascending ? 'asc' : 'desc')
        .limit(page.limit)
        .offset(page.offset)
        .execute()
      const { count } = await matching.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return { items: rows.map(toProject), total: Number(count) }
    },
    ids: async () => (await database.selectFrom('project').select('id').orderBy('id').execute()).map(row => row.id),
    update: async (id, change) => {
      await refuseTaken('path', () =>
        database.transaction().execute(transaction => updateProject(transaction, id, change)),
      )
      return byId(id)
    },
    move: async (id, groupId) => {
      await refuseTaken('path', () =>
        database.transaction().execute(async transaction => {
          await transaction.updateTable('project').set({ namespace_id: groupId }).where('id', '=', id).execute()
          await routeAnew(transaction, id)
        }),
      )
      return byId(id)
    },
    delete: id => deleteProject(database, id),
    groupIds: async id => {
      const rows = await database
        .selectFrom('project')
        .innerJoin('namespace_ancestor', 'namespace_ancestor.namespace_id', 'project.namespace_id')
        .where('project.id', '=', id)
        .orderBy('namespace_ancestor.depth')
        .select('namespace_ancestor.ancestor_id')
        .execute()
      return rows.map(row => row.ancestor_id)
    },
  }
}

function toProject(row: Selectable<AccountTables['project']>): ProjectDetails {
  return {
    id: row.id,
    groupId: row.namespace_id,
    creatorId: row.creator_id,
    name: row.name,
    path: row.path,
    fullPath: row.full_path,
    description: row.description,
    visibility: row.visibility,
    defaultBranch: row.default_branch,
    archived: row.archived === 1,
    buildsEnabled: row.builds_enabled === 1,
    registryEnabled: row.registry_enabled === 1,
    registryMembersOnly: row.registry_members_only === 1,
    jobTokenMayPush: row.job_token_may_push === 1,
    outdatedDeploymentsAllowed: row.outdated_deployments_allowed === 1,
    ci: JSON.parse(row.ci_settings) as CiSettings,
    createdAt: row.created_at,
    lastActivityAt: row.last_activity_at,
  }
}

function matches(where: ExpressionBuilder<AccountTables, 'project'>, filter: ProjectFilter, today: string) {
  const { viewer, search, groupId, visibility, archived, minLevel, creatorId, idAfter, idBefore } = filter
  const inGroup = (id: number) =>
    filter.includeSubgroups === true
      ? where('project.namespace_id', 'in', withDescendants(where, id))
      : where('project.namespace_id', '=', id)
  return where.and([
    isVisible(where, 'project', viewer, today),
    ...(search === undefined
      ? []
      : [where.or([contains('project.name', search), contains('project.full_path', search)])]),
    ...(groupId === undefined ? [] : [inGroup(groupId)]),
    ...(visibility === undefined ? [] : [where('project.visibility', '=', visibility)]),
    ...(archived === undefined ? [] : [where('project.archived', '=', archived ? 1 : 0)]),
    ...(minLevel === undefined || typeof viewer === 'string'
      ? []
      : [hasLevel('project', viewer.userId, minLevel, today)]),
    ...(creatorId === undefined ? [] : [where('project.creator_id', '=', creatorId)]),
    ...(idAfter === undefined ? [] : [where('project.id', '>', idAfter)]),
    ...(idBefore === undefined ? [] : [where('project.id', '<', idBefore)]),
  ])
}

function withDescendants(where: ExpressionBuilder<AccountTables, 'project'>, groupId: number) {
  return where
    .selectFrom('namespace_ancestor')
    .select('namespace_ancestor.namespace_id')
    .where('namespace_ancestor.ancestor_id', '=', groupId)
}

async function createProject(
  database: Database,
  project: NewProject,
  creatorId: number,
  at: string,
): Promise<ProjectDetails> {
  return database.transaction().execute(async transaction => {
    const row = await transaction
      .insertInto('project')
      .values({
        namespace_id: project.groupId,
        creator_id: creatorId,
        name: project.name,
        path: project.path,
        full_path: await fullPathIn(transaction, project.groupId, project.path),
        description: project.description,
        visibility: project.visibility,
        default_branch: project.defaultBranch,
        archived: 0,
        builds_enabled: project.buildsEnabled ? 1 : 0,
        registry_enabled: project.registryEnabled ? 1 : 0,
        registry_members_only: 0,
        job_token_may_push: 0,
        created_at: at,
        last_activity_at: at,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await insertRoute(transaction, row.id, row.full_path)
    await transaction
      .insertInto('protected_ref')
      .values({
        project_id: row.id,
        kind: 'branch',
        pattern: row.default_branch,
        push_level: 40,
        allow_force_push: 0,
        created_at: at,
      })
      .execute()
    return toProject(row)
  })
}

async function updateProject(database: Database, id: number, change: ProjectChange): Promise<void> {
  const values = columnsOf(change)
  if (Object.keys(values).length > 0) await database.updateTable('project').set(values).where('id', '=', id).execute()
  if (change.path !== undefined) await routeAnew(database, id)
}

function columnsOf(change: ProjectChange): Updateable<AccountTables['project']> {
  const bit = (value: boolean) => (value ? (1 as const) : (0 as const))
  return {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.path === undefined ? {} : { path: change.path }),
    ...(change.description === undefined ? {} : { description: change.description }),
    ...(change.visibility === undefined ? {} : { visibility: change.visibility }),
    ...(change.defaultBranch === undefined ? {} : { default_branch: change.defaultBranch }),
    ...(change.archived === undefined ? {} : { archived: bit(change.archived) }),
    ...(change.buildsEnabled === undefined ? {} : { builds_enabled: bit(change.buildsEnabled) }),
    ...(change.registryEnabled === undefined ? {} : { registry_enabled: bit(change.registryEnabled) }),
    ...(change.registryMembersOnly === undefined ? {} : { registry_members_only: bit(change.registryMembersOnly) }),
    ...(change.jobTokenMayPush === undefined ? {} : { job_token_may_push: bit(change.jobTokenMayPush) }),
    ...(change.outdatedDeploymentsAllowed === undefined
      ? {}
      : { outdated_deployments_allowed: bit(change.outdatedDeploymentsAllowed) }),
    ...(change.ci === undefined ? {} : { ci_settings: JSON.stringify(change.ci) }),
    ...(change.lastActivityAt === undefined ? {} : { last_activity_at: change.lastActivityAt }),
  }
}

async function routeAnew(database: Database, id: number): Promise<void> {
  const { namespace_id, path } = await database
    .selectFrom('project')
    .where('id', '=', id)
    .select(['namespace_id', 'path'])
    .executeTakeFirstOrThrow()
  const fullPath = await fullPathIn(database, namespace_id, path)
  await database.updateTable('project').set({ full_path: fullPath }).where('id', '=', id).execute()
  await database.deleteFrom('route').where('project_id', '=', id).execute()
  await insertRoute(database, id, fullPath)
}

async function insertRoute(database: Database, projectId: number, fullPath: string): Promise<void> {
  await database
    .insertInto('route')
    .values({ path_key: fullPath.toLowerCase(), namespace_id: null, project_id: projectId })
    .execute()
}

async function fullPathIn(database: Database, namespaceId: number, path: string): Promise<string> {
  const group = await database
    .selectFrom('namespace')
    .where('id', '=', namespaceId)
    .select('full_path')
    .executeTakeFirstOrThrow()
  return `${group.full_path}/${path}`
}

async function deleteProject(database: Database, id: number): Promise<void> {
  await database.transaction().execute(async transaction => {
    const bots = transaction
      .selectFrom('access_token')
      .select('access_token.user_id')
      .where('access_token.project_id', '=', id)
    await transaction.deleteFrom('user_account').where('kind', '=', 'bot').where('id', 'in', bots).execute()
    await transaction.deleteFrom('project').where('id', '=', id).execute()
  })
}
