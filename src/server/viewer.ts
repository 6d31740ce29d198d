// Whose eyes a list is made for.
import type { Actor } from '../access/model.ts'
import { scopesAllow } from '../access/policy.ts'
import type { Viewer } from '../access/store-ports.ts'

/** Tokens that may not read the API, jobs and deploy tokens see in lists what everybody sees. */
export function viewerOf(actor: Actor): Viewer {
  if (actor.kind !== 'user' || !scopesAllow(actor, [], false)) return 'stranger'
  return actor.isAdmin ? 'all' : { userId: actor.userId }
}

/** For lists of one's own: they are about memberships, so an administrator is looked at as a person. */
export function memberViewerOf(actor: Actor): Viewer {
  return actor.kind === 'user' && scopesAllow(actor, [], false) ? { userId: actor.userId } : viewerOf(actor)
}
