// Access tokens as GitLab's API shows and takes them. The text of a token is in the answer that made it, and nowhere else.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { AccessTokens, MintedAccessToken } from '../../access/access-tokens.ts'
import type { AccessTokenRecord, AccessTokenStore, MemberStore, UserStore } from '../../access/store-ports.ts'
import { nullableDate, nullableInteger, nullableString } from '../schema.ts'

export type TokensDeps = {
  readonly accessTokens: AccessTokens
  readonly tokenStore: AccessTokenStore
  readonly members: MemberStore
  readonly users: UserStore
  readonly today: () => string
}

const fields = {
  id: Type.Integer(),
  name: Type.String(),
  description: Type.String(),
  revoked: Type.Boolean(),
  active: Type.Boolean(),
  created_at: Type.String(),
  last_used_at: nullableString,
  expires_at: nullableString,
  scopes: Type.Array(Type.String()),
  user_id: Type.Integer(),
  access_level: Type.Optional(nullableInteger),
}
export const tokenEntity = Type.Object(fields)
export const mintedEntity = Type.Object({ ...fields, token: Type.String() })

export const createFields = {
  name: Type.String(),
  description: Type.Optional(Type.String()),
  scopes: Type.Array(Type.String()),
  expires_at: Type.Optional(nullableDate),
}
export const createBody = Type.Object(createFields)
export const rotateBody = Type.Object({ expires_at: Type.Optional(nullableDate) })

export function inputOf(body: Static<typeof createBody>) {
  return {
    name: body.name,
    description: body.description ?? '',
    scopes: body.scopes,
    expiresAt: body.expires_at || null,
  }
}

export function toToken(token: AccessTokenRecord, today: string, level?: number): Static<typeof tokenEntity> {
  return {
    id: token.id,
    name: token.name,
    description: token.description,
    revoked: token.isRevoked,
    active: !token.isRevoked && (token.expiresAt === null || token.expiresAt > today),
    created_at: token.createdAt,
    last_used_at: token.lastUsedAt,
    expires_at: token.expiresAt,
    scopes: [...token.scopes],
    user_id: token.userId,
    ...(level === undefined ? {} : { access_level: level }),
  }
}

export function toMinted(minted: MintedAccessToken, today: string, level?: number): Static<typeof mintedEntity> {
  return { ...toToken(minted.record, today, level), token: minted.token }
}
