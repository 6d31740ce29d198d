// Memberships: nobody gives more than they have, and a group is never left without an owner.
import { accessError, invalid } from './errors.ts'
import { type AccessLevel, roles } from './model.ts'
import type { MemberStore, Place, UserStore } from './store-ports.ts'

export type MemberInput = { readonly userId: number; readonly level: number; readonly expiresAt: string | null }

/** Who changes it: their own role there limits what they can give. */
export type Giver = { readonly userId: number; readonly level: AccessLevel }

export type Members = {
  readonly put: (place: Place, member: MemberInput, giver: Giver) => Promise<void>
  /** False: no direct member. */
  readonly remove: (place: Place, userId: number, giver: Giver) => Promise<boolean>
}

export function createMembers(deps: {
  readonly store: MemberStore
  readonly users: UserStore
  readonly now: () => Date
  readonly today: () => string
}): Members {
  async function directLevel(place: Place, userId: number): Promise<AccessLevel> {
    const { items } = await deps.store.list(place, { inherited: false, userId }, { limit: 1, offset: 0 })
    return items[0]?.level ?? 0
  }

  async function refuseLastOwner(place: Place, userId: number): Promise<void> {
    if (place.kind !== 'group' || (await directLevel(place, userId)) < roles.owner) return
    if ((await deps.store.countOwners(place)) <= 1) {
      throw accessError('access.forbidden', '403 Forbidden - the last owner of a group cannot leave or lose the role')
    }
  }

  return {
    put: async (place, member, giver) => {
      const level = levelOf(member.level)
      const user = await deps.users.byId(member.userId)
      if (user === null) throw accessError('access.not_found', '404 User Not Found')
      const known = await directLevel(place, member.userId)
      refuseBeyond(giver, Math.max(level, known))
      if (level < roles.owner) await refuseLastOwner(place, member.userId)
      if (member.expiresAt !== null && member.expiresAt <= deps.today())
        throw invalid('expires_at', 'cannot be a date in the past')
      await deps.store.put(place, { ...member, level, createdBy: giver.userId }, deps.now().toISOString())
    },
    remove: async (place, userId, giver) => {
      const known = await directLevel(place, userId)
      if (known === 0) return false
      if (userId !== giver.userId) refuseBeyond(giver, known)
      await refuseLastOwner(place, userId)
      return deps.store.remove(place, userId)
    },
  }
}

function levelOf(level: number): AccessLevel {
  const known = Object.values(roles).find(each => each === level)
  if (known === undefined) throw invalid('access_level', 'is not included in the list')
  return known
}

function refuseBeyond(giver: Giver, level: number): void {
  if (giver.level < level)
    throw accessError('access.forbidden', '403 Forbidden - nobody gives or takes a role above their own')
}
