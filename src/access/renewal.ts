// Who somebody is by now, for doors that remember them longer than a request: what was blocked, revoked or taken away
// since then counts.
import type { Actor, UserActor } from './model.ts'
import type { AccessTokenStore, DeployTokenStore, Place, UserRecord, UserStore } from './store-ports.ts'

export type RenewalDeps = {
  readonly users: Pick<UserStore, 'byId'>
  readonly accessTokens: Pick<AccessTokenStore, 'byId'>
  readonly deployTokens: Pick<DeployTokenStore, 'byId'>
  /** `2026-12-31` */
  readonly today: () => string
}

/** Answers null when nobody could sign in as the actor any more. Whether a job still runs is not asked here. */
export function createRenewal(deps: RenewalDeps): (actor: Actor) => Promise<Actor | null> {
  return async actor => {
    switch (actor.kind) {
      case 'anonymous':
        return actor
      case 'user':
        return renewUser(deps, actor)
      case 'job': {
        const user = await activeUser(deps, actor.userId)
        return user === null ? null : { ...actor, startedByAdmin: user.isAdmin }
      }
      case 'deploy_token': {
        const place = placeOf(actor)
        return place !== null && isGood(await deps.deployTokens.byId(place, actor.tokenId), deps.today()) ? actor : null
      }
    }
  }
}

async function renewUser(deps: RenewalDeps, actor: UserActor): Promise<Actor | null> {
  const user = await activeUser(deps, actor.userId)
  if (user === null) return null
  const isOver = actor.tokenId !== undefined && !isGood(await deps.accessTokens.byId(actor.tokenId), deps.today())
  return isOver ? null : { ...actor, isAdmin: user.isAdmin }
}

async function activeUser({ users }: RenewalDeps, id: number): Promise<UserRecord | null> {
  const user = await users.byId(id)
  return user?.state === 'active' ? user : null
}

function placeOf({ projectId, groupId }: Extract<Actor, { readonly kind: 'deploy_token' }>): Place | null {
  if (projectId !== null) return { kind: 'project', projectId }
  return groupId === null ? null : { kind: 'group', groupId }
}

type Token = { readonly isRevoked: boolean; readonly expiresAt: string | null }

/** Is the token one that still opens something? */
export function isGood<T extends Token>(token: T | null, today: string): token is T {
  return token !== null && !token.isRevoked && (token.expiresAt === null || token.expiresAt > today)
}
