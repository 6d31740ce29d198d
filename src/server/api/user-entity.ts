// People as GitLab's API shows them.
import { Type } from '@fastify/type-provider-typebox'
import type { UserRecord } from '../../access/store-ports.ts'
import { nullableInteger, nullableString } from '../schema.ts'

const basicFields = {
  id: Type.Integer(),
  username: Type.String(),
  public_email: nullableString,
  name: Type.String(),
  state: Type.String(),
  locked: Type.Boolean(),
  avatar_url: nullableString,
  web_url: Type.String(),
}

export const userBasic = Type.Object(basicFields)

/** What administrators, and people about themselves, see too. */
export const userFull = Type.Object({
  ...basicFields,
  email: Type.Optional(Type.String()),
  commit_email: Type.Optional(Type.String()),
  created_at: Type.String(),
  confirmed_at: Type.Optional(Type.String()),
  last_sign_in_at: Type.Optional(nullableString),
  is_admin: Type.Optional(Type.Boolean()),
  can_create_group: Type.Optional(Type.Boolean()),
  can_create_project: Type.Optional(Type.Boolean()),
  namespace_id: Type.Optional(nullableInteger),
  bot: Type.Boolean(),
  bio: Type.String(),
  two_factor_enabled: Type.Optional(Type.Boolean()),
  external: Type.Optional(Type.Boolean()),
})

export function toUserBasic(user: UserRecord, url: string) {
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: null,
    web_url: `${url}/${user.username}`,
  }
}

/** @param isPrivate true: for an administrator or the person themselves */
export function toUserFull(user: UserRecord, url: string, isPrivate: boolean) {
  const open = { ...toUserBasic(user, url), created_at: user.createdAt, bot: user.kind === 'bot', bio: '' }
  if (!isPrivate) return open
  return {
    ...open,
    email: user.email,
    commit_email: user.email,
    confirmed_at: user.createdAt,
    last_sign_in_at: user.lastSignInAt,
    is_admin: user.isAdmin,
    can_create_group: user.kind === 'person',
    can_create_project: user.kind === 'person',
    namespace_id: user.namespaceId,
    two_factor_enabled: false,
    external: false,
  }
}
