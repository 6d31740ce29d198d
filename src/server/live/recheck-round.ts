// One round of asking anew what all connections may follow. Many people watch the same thing, and one person from many
// windows: each question is asked once a round.
import type { Actor } from '../../access/model.ts'
import type { Access, Credentials } from '../../access/ports.ts'
import type { RecheckRound } from './connection.ts'
import type { LiveDenial, LiveRights } from './live-rights.ts'

export function createRecheckRound(deps: {
  readonly access: Pick<Access, 'authenticate'>
  readonly rights: LiveRights
}): RecheckRound {
  const actors = new Map<string, Promise<Actor | null>>()
  const answers = new Map<string, Promise<LiveDenial | null>>()
  return {
    authenticate: credentials => once(actors, keyOf(credentials), () => deps.access.authenticate(credentials)),
    check: (credentials, actor, need) =>
      once(answers, `${keyOf(credentials)} ${JSON.stringify(need)}`, () => deps.rights.check(actor, need)),
  }
}

function once<Answer>(known: Map<string, Promise<Answer>>, key: string, ask: () => Promise<Answer>): Promise<Answer> {
  const asked = known.get(key) ?? ask()
  known.set(key, asked)
  return asked
}

function keyOf(credentials: Credentials): string {
  return JSON.stringify(credentials)
}
