import type { Selectable } from 'kysely'
import type { ArtifactStore } from '../../artifacts/ports.ts'
import type { ArtifactRecord, NewArtifact } from '../../artifacts/records.ts'
import type { Database } from '../database.ts'
import type { ArtifactTables } from './tables.ts'

export function createArtifactStore(database: Database): ArtifactStore {
  const kept = () => database.selectFrom('artifact').where('gone_at', 'is', null)

  async function put(artifact: NewArtifact) {
    const row = toRow(artifact)
    return database.transaction().execute(async transaction => {
      const known = await transaction
        .selectFrom('artifact')
        .where('job_id', '=', row.job_id)
        .where('type', '=', row.type)
        .select(['storage_key', 'gone_at'])
        .executeTakeFirst()
      const stored = await transaction
        .insertInto('artifact')
        .values(row)
        .onConflict(conflict => conflict.columns(['job_id', 'type']).doUpdateSet(row))
        .returningAll()
        .executeTakeFirstOrThrow()
      return {
        artifact: toRecord(stored),
        freed: known === undefined || known.gone_at !== null ? null : known.storage_key,
      }
    })
  }

  async function ofJobs(jobIds: readonly number[]): Promise<readonly ArtifactRecord[]> {
    if (jobIds.length === 0) return []
    return (await kept().where('job_id', 'in', jobIds).selectAll().orderBy('id').execute()).map(toRecord)
  }

  async function find(jobId: number, type: string): Promise<ArtifactRecord | null> {
    const row = await kept().where('job_id', '=', jobId).where('type', '=', type).selectAll().executeTakeFirst()
    return row === undefined ? null : toRecord(row)
  }

  async function goneArchives(jobIds: readonly number[]): Promise<ReadonlySet<number>> {
    if (jobIds.length === 0) return new Set()
    const rows = await database
      .selectFrom('artifact')
      .where('job_id', 'in', jobIds)
      .where('type', '=', 'archive')
      .where('gone_at', 'is not', null)
      .select('job_id')
      .execute()
    return new Set(rows.map(row => row.job_id))
  }

  async function keep(jobId: number): Promise<boolean> {
    const { numUpdatedRows } = await database
      .updateTable('artifact')
      .set({ expires_at: null })
      .where('job_id', '=', jobId)
      .where('gone_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async function expired(at: string, limit: number): Promise<readonly ArtifactRecord[]> {
    const rows = await kept().where('expires_at', '<=', at).selectAll().orderBy('expires_at').limit(limit).execute()
    return rows.map(toRecord)
  }

  async function orphans(limit: number): Promise<readonly ArtifactRecord[]> {
    const rows = await database
      .selectFrom('artifact')
      .where('project_id', 'not in', database.selectFrom('project').select('id'))
      .selectAll()
      .limit(limit)
      .execute()
    return rows.map(toRecord)
  }

  async function drop(ids: readonly number[], at: string): Promise<void> {
    if (ids.length > 0) await database.updateTable('artifact').set({ gone_at: at }).where('id', 'in', ids).execute()
  }

  async function forget(ids: readonly number[]): Promise<void> {
    if (ids.length > 0) await database.deleteFrom('artifact').where('id', 'in', ids).execute()
  }

  async function usage(projectId: number): Promise<number> {
    const row = await kept()
      .where('project_id', '=', projectId)
      .select(({ fn }) => fn.sum<number | null>('size_bytes').as('size'))
      .executeTakeFirst()
    return Number(row?.size ?? 0)
  }

  return { put, ofJobs, find, goneArchives, keep, expired, orphans, drop, forget, usage }
}

function toRow(artifact: NewArtifact) {
  return {
    project_id: artifact.projectId,
    job_id: artifact.jobId,
    type: artifact.type,
    format: artifact.format,
    filename: artifact.filename,
    size_bytes: artifact.sizeBytes,
    sha256: artifact.sha256,
    storage_key: artifact.storageKey,
    access: artifact.access,
    created_at: artifact.createdAt,
    expires_at: artifact.expiresAt,
    gone_at: null,
  }
}

function toRecord(row: Selectable<ArtifactTables['artifact']>): ArtifactRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    jobId: row.job_id,
    type: row.type,
    format: row.format,
    filename: row.filename,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    storageKey: row.storage_key,
    access: row.access,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
