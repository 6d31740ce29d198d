import type { Selectable } from 'kysely'
import type { CacheStore } from '../../artifacts/ports.ts'
import type { CacheKey, CacheRecord } from '../../artifacts/records.ts'
import type { Database } from '../database.ts'
import type { ArtifactTables } from './tables.ts'

export function createCacheStore(database: Database): CacheStore {
  async function find(key: CacheKey): Promise<CacheRecord | null> {
    const row = await database
      .selectFrom('cache')
      .where('project_id', '=', key.projectId)
      .where('trust_class', '=', key.trustClass)
      .where('key', '=', key.key)
      .selectAll()
      .executeTakeFirst()
    return row === undefined ? null : toRecord(row)
  }

  async function touch(key: CacheKey, at: string): Promise<void> {
    await database
      .updateTable('cache')
      .set({ used_at: at })
      .where('project_id', '=', key.projectId)
      .where('trust_class', '=', key.trustClass)
      .where('key', '=', key.key)
      .execute()
  }

  async function put(cache: CacheRecord): Promise<{ readonly freed: string | null }> {
    const row = toRow(cache)
    return database.transaction().execute(async transaction => {
      const known = await transaction
        .selectFrom('cache')
        .where('project_id', '=', row.project_id)
        .where('trust_class', '=', row.trust_class)
        .where('key', '=', row.key)
        .select('storage_key')
        .executeTakeFirst()
      await transaction
        .insertInto('cache')
        .values(row)
        .onConflict(conflict => conflict.columns(['project_id', 'trust_class', 'key']).doUpdateSet(row))
        .execute()
      return { freed: known?.storage_key ?? null }
    })
  }

  async function stale(limits: {
    readonly before: string
    readonly maximumBytes: number
  }): Promise<readonly CacheRecord[]> {
    const rows = await database.selectFrom('cache').selectAll().orderBy('used_at', 'desc').execute()
    const living = await database.selectFrom('project').select('id').execute()
    const projects = new Set(living.map(({ id }) => id))
    const usage = new Map<number, number>()
    return rows.map(toRecord).filter(cache => {
      const used = (usage.get(cache.projectId) ?? 0) + cache.sizeBytes
      usage.set(cache.projectId, used)
      return cache.usedAt < limits.before || used > limits.maximumBytes || !projects.has(cache.projectId)
    })
  }

  async function drop(key: CacheKey): Promise<void> {
    await database
      .deleteFrom('cache')
      .where('project_id', '=', key.projectId)
      .where('trust_class', '=', key.trustClass)
      .where('key', '=', key.key)
      .execute()
  }

  return { find, touch, put, stale, drop }
}

function toRow(cache: CacheRecord) {
  return {
    project_id: cache.projectId,
    trust_class: cache.trustClass,
    key: cache.key,
    digest: cache.digest,
    size_bytes: cache.sizeBytes,
    storage_key: cache.storageKey,
    sha256: cache.sha256,
    created_at: cache.createdAt,
    used_at: cache.usedAt,
  }
}

function toRecord(row: Selectable<ArtifactTables['cache']>): CacheRecord {
  return {
    projectId: row.project_id,
    trustClass: row.trust_class,
    key: row.key,
    digest: row.digest,
    sizeBytes: row.size_bytes,
    storageKey: row.storage_key,
    sha256: row.sha256,
    createdAt: row.created_at,
    usedAt: row.used_at,
  }
}
