// Protected repositories and tags: which level one needs to push or delete. A tag rule that lets nobody is an immutable tag:
// it can be made, but neither moved nor deleted. Pure; levels are GitLab's numbers, 60 an administrator.
import { compileRegex, compileWildcard } from './user-pattern.ts'

export const protectionLevels = { maintainer: 40, owner: 50, admin: 60 } as const
export type ProtectionLevel = keyof typeof protectionLevels

export type RepositoryRule = {
  readonly id: number
  /** The repository's path, in which `*` stands for anything. */
  readonly pathPattern: string
  /** Null: the role that the project asks for is enough. */
  readonly pushLevel: ProtectionLevel | null
  readonly deleteLevel: ProtectionLevel | null
}

export type TagRule = {
  readonly id: number
  /** A regular expression for the whole tag. */
  readonly tagPattern: string
  /** Both null: immutable. */
  readonly pushLevel: ProtectionLevel | null
  readonly deleteLevel: ProtectionLevel | null
}

export type Change = 'push' | 'delete'

/** Why this level may not push to or delete from the repository; null: it may. */
export function refuseRepository(
  rules: readonly RepositoryRule[],
  name: string,
  change: Change,
  level: number,
): string | null {
  const needed = strictest(
    rules.filter(rule => compileWildcard(rule.pathPattern)(name)).map(rule => levelFor(rule, change)),
  )
  if (needed === null || level >= protectionLevels[needed]) return null
  return `the repository '${name}' is protected: to ${change} needs the role ${needed}`
}

/** Why this level may not push or delete the tag; null: it may. Moving an immutable tag is judged by `immutableTags`. */
export function refuseTag(rules: readonly TagRule[], tag: string, change: Change, level: number): string | null {
  const matching = rules.filter(rule => matches(rule, tag))
  if (change === 'delete' && matching.some(isImmutable)) return `the tag '${tag}' is immutable`
  const needed = strictest(matching.map(rule => levelFor(rule, change)))
  if (needed === null || level >= protectionLevels[needed]) return null
  return `the tag '${tag}' is protected: to ${change} it needs the role ${needed}`
}

/** Which of the tags may be made, but not moved. */
export function immutableTags(rules: readonly TagRule[], tags: readonly string[]): readonly string[] {
  const immutable = rules.filter(isImmutable)
  return tags.filter(tag => immutable.some(rule => matches(rule, tag)))
}

/** Does any rule speak of the tag? Then no cleanup touches it. */
export function isProtectedTag(rules: readonly TagRule[], tag: string): boolean {
  return rules.some(rule => matches(rule, tag))
}

function isImmutable(rule: TagRule): boolean {
  return rule.pushLevel === null && rule.deleteLevel === null
}

function matches(rule: TagRule, tag: string): boolean {
  return compileRegex(rule.tagPattern, 'tag_name_pattern')(tag)
}

function levelFor(rule: RepositoryRule | TagRule, change: Change): ProtectionLevel | null {
  return change === 'push' ? rule.pushLevel : rule.deleteLevel
}

function strictest(levels: readonly (ProtectionLevel | null)[]): ProtectionLevel | null {
  const given = levels.filter(level => level !== null)
  return given.reduce<ProtectionLevel | null>(
    (most, level) => (most === null || protectionLevels[level] > protectionLevels[most] ? level : most),
    null,
  )
}
