import type { Selectable } from 'kysely'
import type { NewReleaseLink, ReleaseLinkRecord, ReleaseRecord, ReleaseStore } from '../../run/release-ports.ts'
import type { Database } from '../database.ts'
import { windowOf } from './page.ts'
import type { ReleaseTables } from './release-tables.ts'

type Row = Selectable<ReleaseTables['release']>
type LinkRow = Selectable<ReleaseTables['release_link']>

export function createReleaseStore(database: Database): ReleaseStore {
  /** With their links, in the order of the rows. */
  async function whole(rows: readonly Row[]): Promise<readonly ReleaseRecord[]> {
    if (rows.length === 0) return []
    const ids = rows.map(row => row.id)
    const links = await database
      .selectFrom('release_link')
      .selectAll()
      .where('release_id', 'in', ids)
      .orderBy('id', 'desc')
      .execute()
    const byRelease = Map.groupBy(links, link => link.release_id)
    return rows.map(row => recordOf(row, byRelease.get(row.id) ?? []))
  }

  return {
    async byTag(projectId, tagName) {
      const row = await database
        .selectFrom('release')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('tag_name', '=', tagName)
        .executeTakeFirst()
      return row === undefined ? null : ((await whole([row]))[0] ?? null)
    },
    async list(projectId, { by, ascending }, page) {
      const { limit, offset } = windowOf(page)
      const direction = ascending ? 'asc' : 'desc'
      const matching = database.selectFrom('release').where('project_id', '=', projectId)
      const rows = await matching
        .selectAll()
        .orderBy(by, direction)
        .orderBy('id', direction)
        .limit(limit)
        .offset(offset)
        .execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: await whole(rows), total: Number(total) }
    },
    create: ({ links, ...release }) =>
      database.transaction().execute(async transaction => {
        const row = await transaction
          .insertInto('release')
          .values({
            project_id: release.projectId,
            tag_name: release.tagName,
            name: release.name,
            description: release.description,
            sha: release.sha,
            milestones: JSON.stringify(release.milestones),
            author_id: release.authorId,
            job_id: release.jobId,
            created_at: release.createdAt,
            released_at: release.releasedAt,
          })
          .onConflict(conflict => conflict.columns(['project_id', 'tag_name']).doNothing())
          .returningAll()
          .executeTakeFirst()
        if (row === undefined) return null
        const made: LinkRow[] = []
        for (const link of links) {
          const linked = await transaction
            .insertInto('release_link')
            .values(linkColumns(row.id, link))
            .onConflict(conflict => conflict.columns(['release_id', 'name']).doNothing())
            .returningAll()
            .executeTakeFirst()
          if (linked !== undefined) made.unshift(linked)
        }
        return recordOf(row, made)
      }),
    async update(release, change) {
      const { name, description, milestones, releasedAt } = change
      const columns = {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(milestones !== undefined && { milestones: JSON.stringify(milestones) }),
        ...(releasedAt !== undefined && { released_at: releasedAt }),
      }
      if (Object.keys(columns).length > 0)
        await database.updateTable('release').set(columns).where('id', '=', release.id).execute()
      return { ...release, ...change }
    },
    async delete({ id }) {
      await database.deleteFrom('release').where('id', '=', id).execute()
    },
    async addLink(releaseId, link) {
      const row = await database
        .insertInto('release_link')
        .values(linkColumns(releaseId, link))
        .onConflict(conflict => conflict.columns(['release_id', 'name']).doNothing())
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? null : linkOf(row)
    },
    async updateLink(linkId, { name, url, filepath, linkType }) {
      const change = {
        ...(name !== undefined && { name }),
        ...(url !== undefined && { url }),
        ...(filepath !== undefined && { filepath }),
        ...(linkType !== undefined && { link_type: linkType }),
      }
      if (Object.keys(change).length > 0)
        await database.updateTable('release_link').set(change).where('id', '=', linkId).execute()
    },
    async deleteLink(linkId) {
      await database.deleteFrom('release_link').where('id', '=', linkId).execute()
    },
  }
}

function linkColumns(releaseId: number, { name, url, filepath, linkType }: NewReleaseLink) {
  return { release_id: releaseId, name, url, filepath, link_type: linkType }
}

function linkOf(row: LinkRow): ReleaseLinkRecord {
  return { id: row.id, name: row.name, url: row.url, filepath: row.filepath, linkType: row.link_type }
}

function recordOf(row: Row, links: readonly LinkRow[]): ReleaseRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    tagName: row.tag_name,
    name: row.name,
    description: row.description,
    sha: row.sha,
    milestones: JSON.parse(row.milestones) as readonly string[],
    authorId: row.author_id,
    jobId: row.job_id,
    createdAt: row.created_at,
    releasedAt: row.released_at,
    links: links.map(linkOf),
  }
}
