// How much room images take: each blob counts once, wherever it is held. All by the indexes of one project, so that the
// number of other projects does not matter.
import { type Kysely, sql } from 'kysely'
import type { ImageRecords, Usage } from '../../registry/management/ports.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

type UsageRecords = Pick<ImageRecords, 'usage' | 'totalUsage' | 'usageByProject' | 'freedBytes'>

export function createUsageRecords(database: Database): UsageRecords {
  return {
    usage: projectId => usageOf(database, projectId),

    async totalUsage() {
      const { rows } = await sql<Usage>`SELECT
          (SELECT COALESCE(SUM(size_bytes), 0) FROM registry_blob WHERE state = 'stored') AS usedBytes,
          (SELECT COALESCE(SUM(size_bytes), 0) FROM registry_blob AS blob WHERE ${isUnneeded}) AS reclaimableBytes,
          (SELECT COUNT(*) FROM registry_repository) AS repositories,
          (SELECT COUNT(*) FROM registry_tag) AS tags`.execute(database)
      return firstOf(rows)
    },

    async usageByProject(page) {
      const projects = await database
        .selectFrom('registry_repository')
        .select('project_id')
        .distinct()
        .orderBy('project_id')
        .limit(page.limit)
        .offset(page.offset)
        .execute()
      const { total } = await database
        .selectFrom('registry_repository')
        .select(({ fn }) => fn.count<number>('project_id').distinct().as('total'))
        .executeTakeFirstOrThrow()
      const items = []
      for (const { project_id } of projects)
        items.push({ projectId: project_id, ...(await usageOf(database, project_id)) })
      return { items, total: Number(total) }
    },

    async freedBytes(repositoryId, tags) {
      const names = JSON.stringify(tags)
      const { rows } = await sql<{ readonly bytes: number }>`WITH RECURSIVE
          kept(id) AS (
            SELECT manifest_id FROM registry_tag WHERE repository_id = ${repositoryId}
              AND name NOT IN (SELECT value FROM json_each(${names}))
            UNION SELECT child_id FROM registry_manifest_child JOIN kept ON parent_id = kept.id
            UNION SELECT referrer.id FROM kept JOIN registry_manifest AS subject ON subject.id = kept.id
              JOIN registry_manifest AS referrer
              ON referrer.repository_id = subject.repository_id AND referrer.subject_digest = subject.digest
          ),
          gone(id) AS (
            SELECT manifest_id FROM registry_tag WHERE repository_id = ${repositoryId}
              AND name IN (SELECT value FROM json_each(${names}))
            UNION SELECT child_id FROM registry_manifest_child JOIN gone ON parent_id = gone.id
            UNION SELECT referrer.id FROM gone JOIN registry_manifest AS subject ON subject.id = gone.id
              JOIN registry_manifest AS referrer
              ON referrer.repository_id = subject.repository_id AND referrer.subject_digest = subject.digest
          ),
          lost(id) AS (SELECT id FROM gone EXCEPT SELECT id FROM kept)
        SELECT COALESCE(SUM(size_bytes), 0) AS bytes FROM registry_blob AS blob
        WHERE id IN (SELECT blob_id FROM registry_manifest_blob WHERE manifest_id IN (SELECT id FROM lost))
        AND NOT EXISTS (
          SELECT 1 FROM registry_manifest_blob WHERE blob_id = blob.id AND manifest_id NOT IN (SELECT id FROM lost)
        )`.execute(database)
      return rows[0]?.bytes ?? 0
    },
  }
}

/** A stored blob that only manifests without a tag, or none, need. */
const isUnneeded = sql`blob.state = 'stored' AND NOT EXISTS (
  SELECT 1 FROM registry_manifest_blob AS link JOIN registry_manifest AS manifest ON manifest.id = link.manifest_id
  WHERE link.blob_id = blob.id AND manifest.review_after IS NULL)`

async function usageOf(database: Kysely<Tables>, projectId: number): Promise<Usage> {
  const repositories = sql`SELECT id FROM registry_repository WHERE project_id = ${projectId}`
  const held = sql`SELECT blob_id FROM registry_repository_blob WHERE repository_id IN (${repositories})`
  const { rows } = await sql<Usage>`SELECT
      (SELECT COALESCE(SUM(size_bytes), 0) FROM registry_blob WHERE id IN (${held})) AS usedBytes,
      (SELECT COALESCE(SUM(size_bytes), 0) FROM registry_blob AS blob WHERE id IN (${held}) AND ${isUnneeded}) AS reclaimableBytes,
      (SELECT COUNT(*) FROM registry_repository WHERE project_id = ${projectId}) AS repositories,
      (SELECT COUNT(*) FROM registry_tag WHERE repository_id IN (${repositories})) AS tags`.execute(database)
  return firstOf(rows)
}

function firstOf<T>(rows: readonly T[]): T {
  const [row] = rows
  if (row === undefined) throw new Error('a query of sums gave no row')
  return row
}
