import type { Selectable, Transaction } from 'kysely'
import type { DeploymentRecord } from '../../run/records.ts'
import type { DeploymentStore, JobDeployment } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { takeNumbers } from './counter.ts'
import { windowOf } from './page.ts'
import type { RunTables } from './tables.ts'

export function createDeploymentStore(database: Database): DeploymentStore {
  return {
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
    createDeployment: deployment =>
      database.transaction().execute(transaction => insertDeployment(transaction, deployment)),
    async changeDeployment(deployment, change) {
      const { status, updatedAt, finishedAt } = change
      await database
        .updateTable('deployment')
        .set({ status, updated_at: updatedAt, finished_at: finishedAt })
        .where('id', '=', deployment.id)
        .execute()
      return { ...deployment, ...change }
    },
    async deleteDeployment(id) {
      await database.deleteFrom('deployment').where('id', '=', id).execute()
    },
    upsertDeployment: deployment => upsertDeployment(database, deployment),
  }
}

async function upsertDeployment(database: Database, deployment: JobDeployment): Promise<DeploymentRecord> {
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
    return await insertDeployment(transaction, deployment)
  })
}

async function insertDeployment(
  transaction: Transaction<Tables>,
  deployment: Omit<DeploymentRecord, 'id' | 'iid'>,
): Promise<DeploymentRecord> {
  const iid = await takeNumbers(transaction, `deployment:${deployment.projectId}`, 1)
  const row = await transaction
    .insertInto('deployment')
    .values({
      iid,
      project_id: deployment.projectId,
      environment_id: deployment.environmentId,
      job_id: deployment.jobId,
      pipeline_id: deployment.pipelineId,
      ref_kind: deployment.ref.kind,
      ref_name: deployment.ref.name,
      sha: deployment.sha,
      user_id: deployment.userId,
      status: deployment.status,
      created_at: deployment.createdAt,
      updated_at: deployment.updatedAt,
      finished_at: deployment.finishedAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return deploymentOf(row)
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
