// A project's cleanup policy, and how its last run went.
import type { CleanupPolicy } from '../../registry/cleanup.ts'
import type { PolicyRecords, PolicyRun } from '../../registry/management/ports.ts'
import type { Database } from '../database.ts'

export function createPolicyRecords(database: Database): PolicyRecords {
  return {
    async policyOf(projectId) {
      const row = await database
        .selectFrom('registry_cleanup_policy')
        .selectAll()
        .where('project_id', '=', projectId)
        .executeTakeFirst()
      if (row === undefined) return null
      const lastRun = row.last_run === null ? null : (JSON.parse(row.last_run) as PolicyRun)
      return { ...toPolicy(row), nextRunAt: row.next_run_at, lastRun }
    },

    async savePolicy(projectId, policy, nextRunAt) {
      const values = {
        enabled: policy.enabled ? 1 : 0,
        cadence: policy.cadence,
        name_regex: policy.nameRegex,
        name_regex_keep: policy.nameRegexKeep,
        keep_n: policy.keepN,
        older_than: policy.olderThan,
        next_run_at: nextRunAt,
      }
      await database
        .insertInto('registry_cleanup_policy')
        .values({ project_id: projectId, last_run: null, ...values })
        .onConflict(conflict => conflict.column('project_id').doUpdateSet(values))
        .execute()
    },

    async duePolicies(now) {
      const rows = await database
        .selectFrom('registry_cleanup_policy')
        .selectAll()
        .where('enabled', '=', 1)
        .where('next_run_at', '<=', now)
        .orderBy('next_run_at')
        .execute()
      return rows.map(row => ({ projectId: row.project_id, policy: toPolicy(row) }))
    },

    async policyRan(projectId, run, nextRunAt) {
      await database
        .updateTable('registry_cleanup_policy')
        .set({ last_run: JSON.stringify(run), next_run_at: nextRunAt })
        .where('project_id', '=', projectId)
        .execute()
    },
  }
}

type PolicyRow = {
  readonly enabled: number
  readonly cadence: string
  readonly name_regex: string | null
  readonly name_regex_keep: string | null
  readonly keep_n: number | null
  readonly older_than: string | null
}

function toPolicy(row: PolicyRow): CleanupPolicy {
  return {
    enabled: row.enabled === 1,
    cadence: row.cadence as CleanupPolicy['cadence'],
    nameRegex: row.name_regex,
    nameRegexKeep: row.name_regex_keep,
    keepN: row.keep_n,
    olderThan: row.older_than as CleanupPolicy['olderThan'],
  }
}
