// Repositories and tags as people look at them: in pages, with sizes, who pushed and when, and when last pulled.
import { type Kysely, sql } from 'kysely'
import type { ImageRecords, RepositorySummary, TagSummary } from '../../registry/management/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { Tables } from '../tables.ts'
import { recordEvent } from './event-outbox.ts'
import { removeManifest } from './manifest-records.ts'

type BrowsingRecords = Pick<
  ImageRecords,
  'repositoriesOf' | 'repositoryById' | 'tagsIn' | 'tagIn' | 'allTags' | 'dropRepository' | 'pushesOfPipeline'
>

export function createImageRecords(database: Database, write: GroupCommit): BrowsingRecords {
  return {
    async repositoriesOf(projectIds, page) {
      const matching = selectRepositories(database).where('repository.project_id', 'in', projectIds).where(hasManifest)
      const ordered = matching.orderBy('repository.project_id').orderBy('repository.suffix')
      const rows = await ordered.limit(page.limit).offset(page.offset).execute()
      const { total } = await database
        .selectFrom('registry_repository as repository')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('repository.project_id', 'in', projectIds)
        .where(hasManifest)
        .executeTakeFirstOrThrow()
      return { items: rows.map(toRepository), total: Number(total) }
    },

    async repositoryById(id) {
      const row = await selectRepositories(database).where('repository.id', '=', id).executeTakeFirst()
      return row === undefined ? null : toRepository(row)
    },

    async tagsIn(repositoryId, { search, sort, limit, offset }) {
      const pattern = search === null ? '%' : `%${search.replace(/[\\%_]/g, '\\$&')}%`
      const isFound = sql<boolean>`tag.name LIKE ${pattern} ESCAPE '\\'`
      const ordered =
        sort === 'name'
          ? selectTags(database).orderBy('tag.name')
          : selectTags(database).orderBy('tag.updated_at', 'desc').orderBy('tag.name')
      const rows = await ordered
        .where('tag.repository_id', '=', repositoryId)
        .where(isFound)
        .limit(limit)
        .offset(offset)
        .execute()
      const { total } = await database
        .selectFrom('registry_tag as tag')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('repository_id', '=', repositoryId)
        .where(isFound)
        .executeTakeFirstOrThrow()
      return { items: rows.map(toTag), total: Number(total) }
    },

    async tagIn(repositoryId, name) {
      const row = await selectTags(database)
        .where('tag.repository_id', '=', repositoryId)
        .where('tag.name', '=', name)
        .executeTakeFirst()
      return row === undefined ? null : toTag(row)
    },

    async allTags(repositoryId) {
      return database
        .selectFrom('registry_tag as tag')
        .innerJoin('registry_manifest as manifest', 'manifest.id', 'tag.manifest_id')
        .select(['tag.name', 'manifest.digest', 'tag.updated_at as pushedAt'])
        .where('tag.repository_id', '=', repositoryId)
        .orderBy('tag.name')
        .execute()
    },

    dropRepository: (repositoryId, deletion) =>
      write(async transaction => {
        await transaction.deleteFrom('registry_tag').where('repository_id', '=', repositoryId).execute()
        const manifests = await transaction
          .selectFrom('registry_manifest')
          .select(['id', 'digest', 'media_type', 'size_bytes'])
          .where('repository_id', '=', repositoryId)
          .execute()
        for (const manifest of manifests) {
          await removeManifest(transaction, manifest.id, deletion.reviewAfter)
          await recordEvent(transaction, {
            action: 'delete',
            repositoryId,
            tag: null,
            digest: manifest.digest,
            mediaType: manifest.media_type,
            sizeBytes: manifest.size_bytes,
            username: deletion.username,
            at: deletion.now,
          })
        }
        await transaction
          .updateTable('registry_repository_blob')
          .set({ review_after: deletion.reviewAfter })
          .where('repository_id', '=', repositoryId)
          .execute()
      }),

    async pushesOfPipeline(pipelineId) {
      const rows = await database
        .selectFrom('registry_job_push')
        .selectAll()
        .where('pipeline_id', '=', pipelineId)
        .orderBy('id')
        .execute()
      return rows.map(row => ({
        projectId: row.project_id,
        suffix: row.suffix,
        tag: row.tag,
        digest: row.digest as Digest,
        jobId: row.job_id,
        pushedAt: row.pushed_at,
      }))
    },
  }
}

/** A repository that was only begun, or lost all its images, is not shown. */
const hasManifest = sql<boolean>`EXISTS (SELECT 1 FROM registry_manifest WHERE repository_id = repository.id)`

function selectRepositories(database: Kysely<Tables>) {
  return database
    .selectFrom('registry_repository as repository')
    .select(['repository.id', 'repository.project_id', 'repository.suffix', 'repository.created_at'])
    .select([
      sql<number>`(SELECT COUNT(*) FROM registry_tag WHERE repository_id = repository.id)`.as('tagCount'),
      sql<string | null>`(SELECT MAX(updated_at) FROM registry_tag WHERE repository_id = repository.id)`.as(
        'lastPushedAt',
      ),
      sql<number>`(SELECT COALESCE(SUM(size_bytes), 0) FROM registry_repository_blob JOIN registry_blob ON id = blob_id
        WHERE repository_id = repository.id)`.as('usedBytes'),
    ])
}

type RepositoryRow = {
  readonly id: number
  readonly project_id: number
  readonly suffix: string
  readonly created_at: string
  readonly tagCount: number
  readonly lastPushedAt: string | null
  readonly usedBytes: number
}

function toRepository({ project_id, created_at, ...row }: RepositoryRow): RepositorySummary {
  return { ...row, projectId: project_id, createdAt: created_at }
}

function selectTags(database: Kysely<Tables>) {
  return database
    .selectFrom('registry_tag as tag')
    .innerJoin('registry_manifest as manifest', 'manifest.id', 'tag.manifest_id')
    .select(['tag.name', 'tag.created_at', 'tag.updated_at', 'tag.pushed_by', 'tag.pushed_by_user_id'])
    .select(['tag.job_id', 'tag.pipeline_id', 'tag.commit_sha', 'manifest.digest', 'manifest.media_type'])
    .select(['manifest.content_bytes', 'manifest.config_digest', 'manifest.last_pulled_at'])
    .select(
      sql<string>`(SELECT json_group_array(name) FROM registry_tag AS other
        WHERE other.manifest_id = tag.manifest_id AND other.name <> tag.name)`.as('siblings'),
    )
}

type TagRow = {
  readonly name: string
  readonly created_at: string
  readonly updated_at: string
  readonly pushed_by: string
  readonly pushed_by_user_id: number | null
  readonly job_id: number | null
  readonly pipeline_id: number | null
  readonly commit_sha: string | null
  readonly digest: string
  readonly media_type: string
  readonly content_bytes: number
  readonly config_digest: string | null
  readonly last_pulled_at: string | null
  readonly siblings: string
}

function toTag(row: TagRow): TagSummary {
  return {
    name: row.name,
    digest: row.digest as Digest,
    mediaType: row.media_type,
    configDigest: row.config_digest as Digest | null,
    contentBytes: row.content_bytes,
    createdAt: row.created_at,
    pushedAt: row.updated_at,
    pushedBy: row.pushed_by,
    pushedByUserId: row.pushed_by_user_id,
    jobId: row.job_id,
    pipelineId: row.pipeline_id,
    commitSha: row.commit_sha,
    lastPulledAt: row.last_pulled_at,
    siblings: JSON.parse(row.siblings) as readonly string[],
  }
}
