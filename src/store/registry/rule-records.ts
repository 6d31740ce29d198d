// A project's quota, and its protected repositories and tags.
import type { RuleRecords } from '../../registry/management/ports.ts'
import type { ProtectionLevel, RepositoryRule, TagRule } from '../../registry/protection.ts'
import { refuseTaken } from '../accounts/taken.ts'
import type { Database } from '../database.ts'
import { createUsageRecords } from './usage-records.ts'

export function createRuleRecords(database: Database): RuleRecords {
  return {
    async rulesOf(projectId) {
      const quota = await database
        .selectFrom('registry_project')
        .select('quota_bytes')
        .where('project_id', '=', projectId)
        .executeTakeFirst()
      const repositories = await database
        .selectFrom('registry_repository_rule')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('id')
        .execute()
      const tags = await database
        .selectFrom('registry_tag_rule')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('id')
        .execute()
      return {
        quotaBytes: quota?.quota_bytes ?? null,
        repositoryRules: repositories.map(row => ({ id: row.id, pathPattern: row.path_pattern, ...toLevels(row) })),
        tagRules: tags.map(row => ({ id: row.id, tagPattern: row.tag_pattern, ...toLevels(row) })),
      }
    },

    usedBytes: async projectId => (await createUsageRecords(database).usage(projectId)).usedBytes,

    async setQuota(projectId, quotaBytes) {
      await database
        .insertInto('registry_project')
        .values({ project_id: projectId, quota_bytes: quotaBytes })
        .onConflict(conflict => conflict.column('project_id').doUpdateSet({ quota_bytes: quotaBytes }))
        .execute()
    },

    async addRepositoryRule(projectId, rule) {
      const { id } = await database
        .insertInto('registry_repository_rule')
        .values({ project_id: projectId, ...toRepositoryRow(rule) })
        .returning('id')
        .executeTakeFirstOrThrow()
      return { ...rule, id }
    },

    async changeRepositoryRule(projectId, rule) {
      const update = database
        .updateTable('registry_repository_rule')
        .set(toRepositoryRow(rule))
        .where('project_id', '=', projectId)
        .where('id', '=', rule.id)
      const result = await refuseTaken('repository_path_pattern', () => update.executeTakeFirst())
      return result.numUpdatedRows > 0n
    },

    async removeRepositoryRule(projectId, id) {
      const result = await database
        .deleteFrom('registry_repository_rule')
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async addTagRule(projectId, rule) {
      const { id } = await database
        .insertInto('registry_tag_rule')
        .values({ project_id: projectId, ...toTagRow(rule) })
        .returning('id')
        .executeTakeFirstOrThrow()
      return { ...rule, id }
    },

    async changeTagRule(projectId, rule) {
      const update = database
        .updateTable('registry_tag_rule')
        .set(toTagRow(rule))
        .where('project_id', '=', projectId)
        .where('id', '=', rule.id)
      const result = await refuseTaken('tag_name_pattern', () => update.executeTakeFirst())
      return result.numUpdatedRows > 0n
    },

    async removeTagRule(projectId, id) {
      const result = await database
        .deleteFrom('registry_tag_rule')
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

type LevelRow = { readonly push_level: string | null; readonly delete_level: string | null }

function toLevels(row: LevelRow): {
  readonly pushLevel: ProtectionLevel | null
  readonly deleteLevel: ProtectionLevel | null
} {
  return {
    pushLevel: row.push_level as ProtectionLevel | null,
    deleteLevel: row.delete_level as ProtectionLevel | null,
  }
}

function toRepositoryRow(rule: Omit<RepositoryRule, 'id'>) {
  return { path_pattern: rule.pathPattern, push_level: rule.pushLevel, delete_level: rule.deleteLevel }
}

function toTagRow(rule: Omit<TagRule, 'id'>) {
  return { tag_pattern: rule.tagPattern, push_level: rule.pushLevel, delete_level: rule.deleteLevel }
}
