// What rules that protect repositories and tags have in common: from which role on one may push, and delete.
import { type Static, Type } from '@fastify/type-provider-typebox'
import { type ProtectionLevel, protectionLevels } from '../../registry/protection.ts'
import { badRequest } from '../plugins/errors.ts'
import { idParameter, integerParameter } from '../schema.ts'

export const level = Type.Unsafe<ProtectionLevel | null>({ enum: [...Object.keys(protectionLevels), null] })
export const levels = {
  minimum_access_level_for_push: Type.Optional(level),
  minimum_access_level_for_delete: Type.Optional(level),
}
export const ruleParameters = { ...idParameter, rule_id: integerParameter }

const most = 50

type Levels = { readonly pushLevel: ProtectionLevel | null; readonly deleteLevel: ProtectionLevel | null }
type LevelsBody = Static<ReturnType<typeof Type.Object<typeof levels>>>

export function levelsOf(body: LevelsBody, before: Levels = { pushLevel: null, deleteLevel: null }): Levels {
  const { minimum_access_level_for_push: push, minimum_access_level_for_delete: remove } = body
  return {
    pushLevel: push === undefined ? before.pushLevel : push,
    deleteLevel: remove === undefined ? before.deleteLevel : remove,
  }
}

export function toLevels({ pushLevel, deleteLevel }: Levels) {
  return { minimum_access_level_for_push: pushLevel, minimum_access_level_for_delete: deleteLevel }
}

export function refuseDoubled(count: number, isTaken: boolean): void {
  if (isTaken) throw badRequest('there is a rule with this pattern')
  if (count >= most) throw badRequest(`a project has at most ${most} rules`)
}
