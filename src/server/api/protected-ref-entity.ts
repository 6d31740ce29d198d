// Protected branches and tags as GitLab's API shows and takes them.
import { type Static, Type } from '@fastify/type-provider-typebox'
import { invalid } from '../../access/errors.ts'
import type { ProtectedRef } from '../../access/model.ts'
import type { ProtectedRefRecord, ProtectedRefStore } from '../../access/store-ports.ts'
import { idParameter, nullableInteger } from '../schema.ts'

export type ProtectedRefsDeps = { readonly protectedRefs: ProtectedRefStore; readonly now: () => Date }

const levels: Readonly<Record<number, string>> = {
  0: 'No one',
  30: 'Developers + Maintainers',
  40: 'Maintainers',
  60: 'Administrators',
}

const accessLevel = Type.Object({
  id: Type.Integer(),
  access_level: Type.Integer(),
  access_level_description: Type.String(),
  user_id: nullableInteger,
  group_id: nullableInteger,
})

export const branchEntity = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  push_access_levels: Type.Array(accessLevel),
  merge_access_levels: Type.Array(accessLevel),
  unprotect_access_levels: Type.Array(accessLevel),
  allow_force_push: Type.Boolean(),
  code_owner_approval_required: Type.Boolean(),
  inherited: Type.Boolean(),
})

export const tagEntity = Type.Object({ name: Type.String(), create_access_levels: Type.Array(accessLevel) })

export const reading = { config: { policy: { kind: 'project', action: 'read_protected_refs' } } } as const
export const changing = { config: { policy: { kind: 'project', action: 'change_protected_refs' } } } as const
export const params = Type.Object(idParameter)
export const oneRef = Type.Object({ ...idParameter, name: Type.String() })

export function patternOf(name: string): string {
  if (name === '' || name.length > 255 || /[\s\p{Cc}]/u.test(name)) throw invalid('name', 'is invalid')
  return name
}

export function levelOf(field: string, level: number): ProtectedRef['pushLevel'] {
  if (levels[level] === undefined) throw invalid(field, 'does not have a valid value: 0, 30, 40 or 60')
  return level as ProtectedRef['pushLevel']
}

export function toBranch(rule: ProtectedRefRecord): Static<typeof branchEntity> {
  return {
    id: rule.id,
    name: rule.pattern,
    push_access_levels: levelsOf(rule),
    merge_access_levels: levelsOf(rule),
    unprotect_access_levels: [],
    allow_force_push: rule.allowForcePush,
    code_owner_approval_required: false,
    inherited: false,
  }
}

export function toTag(rule: ProtectedRefRecord): Static<typeof tagEntity> {
  return { name: rule.pattern, create_access_levels: levelsOf(rule) }
}

function levelsOf(rule: ProtectedRefRecord): Static<typeof accessLevel>[] {
  const description = levels[rule.pushLevel] ?? String(rule.pushLevel)
  return [
    { id: rule.id, access_level: rule.pushLevel, access_level_description: description, user_id: null, group_id: null },
  ]
}
