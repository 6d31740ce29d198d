import type { Expression, ExpressionBuilder, Selectable, SqlBool } from 'kysely'
import type { DeploymentRecord, EnvironmentRecord } from '../../run/records.ts'
import type { EnvironmentStore } from '../../run/store-ports.ts'
import { contains } from '../accounts/search.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { takeNumbers } from './counter.ts'
import { windowOf } from './page.ts'
import type { RunTables } from './tables.ts'

type EnvironmentFilter = Parameters<EnvironmentStore['list']>[1]

export function createEnvironmentStore(database: Database): EnvironmentStore {
  return {
    async byId(id) {
      const row = await database.selectFrom('environment').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : environmentOf(row)
    },
    async byName(projectId, name) {
      const row = await database
        .selectFrom('environment')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('name', '=', name)
        .executeTakeFirst()
      return row === undefined ? null : environmentOf(row)
    },
    async list(projectId, filter, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('environment').where(eb => matches(eb, projectId, filter))
      const rows = await matching.selectAll().orderBy('name').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(environmentOf), total: Number(total) }
    },
    async upsert({ projectId, name, slug, tier, externalUrl, autoStopAt, state, stopJobId }, at) {
      const known = {
        tier,
        updated_at: at,
        ...(externalUrl !== undefined && { external_url: externalUrl }),
        ...(autoStopAt !== undefined && { auto_stop_at: autoStopAt }),
        ...(state !== undefined && { state }),
        ...(stopJobId !== undefined && { stop_job_id: stopJobId }),
      }
      const row = await database
        .insertInto('environment')
        .values({ state: 'available', ...known, project_id: projectId, name, slug, created_at: at })
        .onConflict(conflict => conflict.columns(['project_id', 'name']).doUpdateSet(known))
        .returningAll()
        .executeTakeFirstOrThrow()
      return environmentOf(row)
    },
    async delete(id) {
      await database.deleteFrom('environment').where('id', '=', id).execute()
    },
    async stopDue(time) {
      const rows = await database
        .selectFrom('environment')
        .selectAll()
        .where('state', '=', 'available')
        .where('auto_stop_at', '<=', time)
        .execute()
      return rows.map(environmentOf)
    },
    async deployment(id) {
      const row = await database.selectFrom('deployment').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : deploymentOf(row)
    },
    async deploymentOfJob(jobId) {
      const row = await database.selectFrom('deployment').selectAll().where('job_id', '=', jobId).executeTakeFirst()
      return row === undefined ? null : deploymentOf(row)
    },
    async deployments(projectId, { environment, status, updatedAfter, updatedBefore, order, ascending }, page) {
      const { limit, offset } = windowOf(page)
      const matching = database
        .selectFrom('deployment')
        .innerJoin('environment', 'environment.id', 'deployment.environment_id')
        .where('deployment.project_id', '=', projectId)
        .$if(environment !== undefined, query => query.where('environment.name', '=', environment ?? ''))
        .$if(status !== undefined, query => query.where('deployment.status', '=', status ?? 'success'))
        .$if(updatedAfter !== undefined, query => query.where('deployment.updated_at', '>', updatedAfter ?? ''))
        .$if(updatedBefore !== undefined, query => query.where('deployment.updated_at', '<', updatedBefore ?? ''))
      const direction = ascending === true ? 'asc' : 'desc'
      const rows = await matching
        .selectAll('deployment')
        .orderBy(`deployment.${order === 'ref' ? 'ref_name' : (order ?? 'id')}`, direction)
        .orderBy('deployment.id', direction)
        .limit(limit)
        .offset(offset)
        .execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(deploymentOf), total: Number(total) }
    },
    async hasNewerSuccess(projectId, environment, { pipelineId, sha }) {
      const row = await database
        .selectFrom('deployment')
        .innerJoin('environment', 'environment.id', 'deployment.environment_id')
        .select('deployment.id')
        .where('environment.project_id', '=', projectId)
        .where('environment.name', '=', environment)
        .where('deployment.status', '=', 'success')
        .where('deployment.pipeline_id', '>', pipelineId)
        .where('deployment.sha', '!=', sha)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    upsertDeployment: deployment => upsertDeployment(database, deployment),
  }
}

async function upsertDeployment(
  database: Database,
  deployment: Omit<DeploymentRecord, 'id' | 'iid'>,
): Promise<DeploymentRecord> {
  const moving = {
    status: deployment.status,
    user_id: deployment.userId,
    updated_at: deployment.updatedAt,
    finished_at: deployment.finishedAt,
  }
  return await database.transaction().execute(async transaction => {
    const known = await transaction
      .updateTable('deployment')
      .set(moving)
      .where('job_id', '=', deployment.jobId)
      .returningAll()
      .executeTakeFirst()
    if (known !== undefined) return deploymentOf(known)
    const iid = await takeNumbers(transaction, `deployment:${deployment.projectId}`, 1)
    const row = await transaction
      .insertInto('deployment')
      .values({
        ...moving,
        iid,
        project_id: deployment.projectId,
        environment_id: deployment.environmentId,
        job_id: deployment.jobId,
        pipeline_id: deployment.pipelineId,
        ref_kind: deployment.ref.kind,
        ref_name: deployment.ref.name,
        sha: deployment.sha,
        created_at: deployment.createdAt,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return deploymentOf(row)
  })
}

function matches(
  eb: ExpressionBuilder<Tables, 'environment'>,
  projectId: number,
  { name, search, state }: EnvironmentFilter,
): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = [eb('project_id', '=', projectId)]
  if (name !== undefined) conditions.push(eb('name', '=', name))
  if (search !== undefined) conditions.push(contains('name', search))
  if (state !== undefined) conditions.push(eb('state', '=', state))
  return eb.and(conditions)
}

function environmentOf(row: Selectable<RunTables['environment']>): EnvironmentRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    slug: row.slug,
    externalUrl: row.external_url,
    tier: row.tier,
    state: row.state,
    autoStopAt: row.auto_stop_at,
    stopJobId: row.stop_job_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function deploymentOf(row: Selectable<RunTables['deployment']>): DeploymentRecord {
  return {
    id: row.id,
    iid: row.iid,
    projectId: row.project_id,
    environmentId: row.environment_id,
    jobId: row.job_id,
    pipelineId: row.pipeline_id,
    ref: { kind: row.ref_kind, name: row.ref_name },
    sha: row.sha,
    userId: row.user_id,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  }
}
