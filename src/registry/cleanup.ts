// Which tags of a repository a cleanup policy takes, in GitLab's order, with the reason for each one that stays. Pure.
//
//   all tags → not `latest` → matched by name_regex → not by name_regex_keep → not protected → not in use
//     → sorted by age → the newest `keep_n` stay → younger than `older_than` stay → the rest goes
import { compileRegex } from './user-pattern.ts'

export const cadences = { '1d': 1, '7d': 7, '14d': 14, '1month': 30, '3month': 90 } as const
export type Cadence = keyof typeof cadences
export const ages = { '7d': 7, '14d': 14, '30d': 30, '60d': 60, '90d': 90 } as const
export type Age = keyof typeof ages

export type CleanupRules = {
  /** Tags that may go; null or empty: none. */
  readonly nameRegex: string | null
  readonly nameRegexKeep: string | null
  /** How many of those that may go stay, the newest first; null: none for this reason. */
  readonly keepN: number | null
  readonly olderThanMs: number | null
}

export type CleanupPolicy = {
  readonly enabled: boolean
  readonly cadence: Cadence
  readonly nameRegex: string | null
  readonly nameRegexKeep: string | null
  readonly keepN: number | null
  readonly olderThan: Age | null
}

export const defaultPolicy: CleanupPolicy = {
  enabled: false,
  cadence: '1d',
  nameRegex: '.*',
  nameRegexKeep: null,
  keepN: 10,
  olderThan: '90d',
}

export type CleanupTag = {
  readonly name: string
  readonly digest: string
  /** When it was last pushed, ISO. Not the image's own time, which reproducible builds set to 1970. */
  readonly pushedAt: string
}

export type KeepReason = 'latest' | 'name_regex' | 'name_regex_keep' | 'protected' | 'in_use' | 'keep_n' | 'older_than'
export type Selection = {
  readonly takes: readonly CleanupTag[]
  readonly keeps: readonly { readonly tag: CleanupTag; readonly reason: KeepReason }[]
}

export function selectTags(
  tags: readonly CleanupTag[],
  rules: CleanupRules,
  facts: {
    readonly isProtected: (tag: string) => boolean
    /** By an environment or a job that runs, by tag or by digest. */
    readonly isInUse: (tag: CleanupTag) => boolean
    readonly nowMs: number
  },
): Selection {
  const mayGo =
    rules.nameRegex === null || rules.nameRegex === '' ? () => false : compileRegex(rules.nameRegex, 'name_regex')
  const mustStay =
    rules.nameRegexKeep === null || rules.nameRegexKeep === ''
      ? () => false
      : compileRegex(rules.nameRegexKeep, 'name_regex_keep')
  const keeps: { tag: CleanupTag; reason: KeepReason }[] = []
  const keepReason = (tag: CleanupTag): KeepReason | null => {
    if (tag.name === 'latest') return 'latest'
    if (!mayGo(tag.name)) return 'name_regex'
    if (mustStay(tag.name)) return 'name_regex_keep'
    if (facts.isProtected(tag.name)) return 'protected'
    return facts.isInUse(tag) ? 'in_use' : null
  }

  const candidates: CleanupTag[] = []
  for (const tag of tags) {
    const reason = keepReason(tag)
    if (reason === null) candidates.push(tag)
    else keeps.push({ tag, reason })
  }
  candidates.sort((left, right) => compare(right.pushedAt, left.pushedAt) || compare(left.name, right.name))
  const takes = candidates.filter((tag, index) => {
    const reason = index < (rules.keepN ?? 0) ? 'keep_n' : isTooYoung(tag, rules, facts.nowMs) ? 'older_than' : null
    if (reason !== null) keeps.push({ tag, reason })
    return reason === null
  })
  return { takes, keeps }
}

export function rulesOf(policy: CleanupPolicy): CleanupRules {
  const { nameRegex, nameRegexKeep, keepN, olderThan } = policy
  return { nameRegex, nameRegexKeep, keepN, olderThanMs: olderThan === null ? null : ages[olderThan] * dayMs }
}

export function nextRun(policy: CleanupPolicy, nowMs: number): string {
  return new Date(nowMs + cadences[policy.cadence] * dayMs).toISOString()
}

const dayMs = 24 * 60 * 60 * 1000

function isTooYoung(tag: CleanupTag, rules: CleanupRules, nowMs: number): boolean {
  return rules.olderThanMs !== null && nowMs - Date.parse(tag.pushedAt) < rules.olderThanMs
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
