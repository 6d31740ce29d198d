// Protected branches and tags: which rules are about a ref, and what they let a person do to it. Pure.
import type { AccessLevel, ProtectedRef } from './model.ts'
import type { Decision } from './policy.ts'
import type { RefChange } from './ports.ts'

/** `*` stands for any characters, `/` included, as in GitLab. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return name === pattern
  const last = parts[parts.length - 1] ?? ''
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, from)
    if (found < 0) return false
    from = found + part.length
  }
  return from <= name.length - last.length
}

export function rulesFor(
  rules: readonly ProtectedRef[],
  ref: { readonly kind: 'branch' | 'tag'; readonly name: string },
) {
  return rules.filter(rule => rule.kind === ref.kind && matchesPattern(rule.pattern, ref.name))
}

/**
 * May somebody who may push code do this to the ref? Of several rules the most permissive counts.
 * @param rules those that are about the ref
 */
export function decideRefChange(
  ref: RefChange,
  rules: readonly ProtectedRef[],
  who: { readonly level: AccessLevel; readonly isAdmin: boolean },
): Decision {
  if (rules.length === 0) return { allowed: true }
  const what = `the ${ref.kind} ${ref.name} is protected`
  if (ref.change === 'delete') return refuse(`${what}: it cannot be deleted by a push`)
  if (ref.kind === 'tag' && ref.change !== 'create') return refuse(`${what}: it cannot be changed`)
  if (!rules.some(rule => mayPushBy(rule, who))) return refuse(`${what}: ${neededFor(rules)}`)
  if (ref.change === 'force' && !rules.some(rule => rule.allowForcePush))
    return refuse(`${what}: force push is not allowed`)
  return { allowed: true }
}

function mayPushBy(rule: ProtectedRef, who: { readonly level: AccessLevel; readonly isAdmin: boolean }): boolean {
  if (rule.pushLevel === 0) return false
  if (who.isAdmin) return true
  return rule.pushLevel !== 60 && who.level >= rule.pushLevel
}

function neededFor(rules: readonly ProtectedRef[]): string {
  const levels = rules.map(rule => rule.pushLevel).filter(level => level !== 0)
  if (levels.length === 0) return 'nobody may push to it'
  const lowest = Math.min(...levels)
  return lowest === 60
    ? 'only administrators may push to it'
    : `pushing needs the role ${lowest <= 30 ? 'developer' : lowest <= 40 ? 'maintainer' : 'owner'}`
}

function refuse(reason: string): Decision {
  return { allowed: false, hidden: false, reason }
}
