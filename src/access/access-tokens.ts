// Personal, group and project access tokens. Those of groups and projects act as a bot with a role there; whoever makes
// one gives at most the role that they have. The text of a token exists only in the answer that made it.
import { randomBytes } from 'node:crypto'
import { mintToken } from '../kit/token.ts'
import { accessError, invalid } from './errors.ts'
import type { Giver, Members } from './members.ts'
import { scopes as allScopes, type Scope } from './model.ts'
import { nameProblem } from './names.ts'
import type { AccessTokenRecord, AccessTokenStore, MemberStore, Place, UserStore } from './store-ports.ts'

export type TokenInput = {
  readonly name: string
  readonly description: string
  readonly scopes: readonly string[]
  readonly expiresAt: string | null
}

export type MintedAccessToken = { readonly record: AccessTokenRecord; readonly token: string }

export type AccessTokens = {
  readonly createPersonal: (userId: number, input: TokenInput, createdBy: number) => Promise<MintedAccessToken>
  readonly createFor: (
    place: Place,
    input: TokenInput & { readonly level: number },
    giver: Giver,
  ) => Promise<MintedAccessToken>
  readonly rotate: (token: AccessTokenRecord, expiresAt: string | null) => Promise<MintedAccessToken>
  readonly revoke: (token: AccessTokenRecord) => Promise<void>
}

export function createAccessTokens(deps: {
  readonly store: AccessTokenStore
  readonly users: UserStore
  readonly members: Members
  readonly memberStore: MemberStore
  readonly now: () => Date
  readonly today: () => string
}): AccessTokens {
  async function insert(
    input: TokenInput,
    owner: Pick<AccessTokenRecord, 'kind' | 'userId' | 'groupId' | 'projectId' | 'createdBy'>,
  ): Promise<MintedAccessToken> {
    const { token, hash } = mintToken('glpat-')
    const scopes = input.scopes as readonly Scope[]
    const record = await deps.store.create({ ...input, ...owner, scopes }, hash, deps.now().toISOString())
    return { record, token }
  }

  return {
    createPersonal: (userId, input, createdBy) => {
      checkInput(input, deps.today())
      return insert(input, { kind: 'personal', userId, groupId: null, projectId: null, createdBy })
    },
    createFor: async (place, input, giver) => {
      checkInput(input, deps.today())
      if (input.level > giver.level)
        throw accessError('access.forbidden', '403 Forbidden - a token gets at most your own role')
      const bot = await deps.users.create(botOf(place, input.name), deps.now().toISOString())
      await deps.members.put(place, { userId: bot.id, level: input.level, expiresAt: null }, giver)
      const ids =
        place.kind === 'group'
          ? { groupId: place.groupId, projectId: null }
          : { groupId: null, projectId: place.projectId }
      return insert(input, { kind: place.kind, userId: bot.id, createdBy: giver.userId, ...ids })
    },
    rotate: async (old, expiresAt) => {
      checkExpiry(expiresAt, deps.today())
      const { token, hash } = mintToken('glpat-')
      const record = await deps.store.rotate(old.id, hash, expiresAt, deps.now().toISOString())
      if (record === null) throw accessError('access.conflict', 'the token has been revoked')
      return { record, token }
    },
    revoke: async token => {
      await deps.store.revoke(token.id)
      if (token.kind === 'personal') return
      // The bot was made for this token alone.
      const { projectId, groupId, userId } = token
      if (projectId !== null) await deps.memberStore.remove({ kind: 'project', projectId }, userId)
      else if (groupId !== null) await deps.memberStore.remove({ kind: 'group', groupId }, userId)
      await deps.users.update(userId, { state: 'blocked' })
    },
  }
}

function botOf(place: Place, name: string) {
  const id = place.kind === 'group' ? `group_${place.groupId}` : `project_${place.projectId}`
  const username = `${id}_bot_${randomBytes(8).toString('hex')}`
  return {
    username,
    name,
    email: `${username}@noreply.localhost`,
    isAdmin: false,
    kind: 'bot',
    passwordHash: null,
  } as const
}

function checkInput(input: TokenInput, today: string): void {
  const problem = nameProblem(input.name)
  if (problem !== null) throw invalid('name', problem)
  if (input.scopes.length === 0) throw invalid('scopes', "can't be blank")
  const unknown = input.scopes.find(scope => !(allScopes as readonly string[]).includes(scope))
  if (unknown !== undefined)
    throw invalid('scopes', `can only contain available scopes: '${unknown}' is none of ${allScopes.join(', ')}`)
  checkExpiry(input.expiresAt, today)
}

function checkExpiry(expiresAt: string | null, today: string): void {
  if (expiresAt !== null && expiresAt <= today) throw invalid('expires_at', 'must be a date in the future')
}
