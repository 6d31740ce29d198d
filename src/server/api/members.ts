// Members of groups and projects: the same routes for both.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { accessError } from '../../access/errors.ts'
import type { Giver, Members } from '../../access/members.ts'
import type { AccessLevel } from '../../access/model.ts'
import type { MemberRecord, MemberStore, Place, UserStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { groupOf, projectOf, userOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, nullableDate, nullableString } from '../schema.ts'
import { toUserBasic, userBasic } from './user-entity.ts'

export type MembersDeps = {
  readonly members: Members
  readonly memberStore: MemberStore
  readonly users: UserStore
  readonly url: string
}

const memberEntity = Type.Object({
  ...userBasic.properties,
  access_level: Type.Integer(),
  created_at: Type.String(),
  expires_at: nullableString,
  membership_state: Type.String(),
})

type Kind = 'projects' | 'groups'

export function registerMembers(app: App, deps: MembersDeps): void {
  for (const kind of ['projects', 'groups'] as const) {
    registerReading(app, deps, kind)
    registerWriting(app, deps, kind)
  }
}

/** The place of a request that the policy let through, by the first word of its route. */
export function placeOf(request: FastifyRequest, kind: Kind): Place & { readonly level: AccessLevel } {
  if (kind === 'projects') {
    const { project, level } = projectOf(request)
    return { kind: 'project', projectId: project.id, level }
  }
  const { group, level } = groupOf(request)
  return { kind: 'group', groupId: group.id, level }
}

export function giverOf(request: FastifyRequest, level: AccessLevel): Giver {
  return { userId: userOf(request).userId, level }
}

function readingPolicy(kind: Kind) {
  return kind === 'projects'
    ? ({ kind: 'project', action: 'read_members' } as const)
    : ({ kind: 'group', action: 'read_group_members' } as const)
}

function changingPolicy(kind: Kind) {
  return kind === 'projects'
    ? ({ kind: 'project', action: 'change_members' } as const)
    : ({ kind: 'group', action: 'change_group_members' } as const)
}

function registerReading(app: App, { memberStore, url }: MembersDeps, kind: Kind): void {
  const name = kind === 'projects' ? 'Project' : 'Group'
  for (const [suffix, inherited] of [
    ['', false],
    ['/all', true],
  ] as const) {
    app.get(
      `/api/v4/${kind}/:id/members${suffix}`,
      {
        config: { policy: readingPolicy(kind) },
        schema: {
          operationId: `list${inherited ? 'All' : ''}${name}Members`,
          tags: ['members'],
          params: Type.Object(idParameter),
          querystring: Type.Object({ ...pageQuery, query: Type.Optional(Type.String()) }),
          response: { 200: Type.Array(memberEntity) },
        },
      },
      async (request, reply) => {
        const page = pageOf(request.query)
        const found = await memberStore.list(placeOf(request, kind), { inherited, search: request.query.query }, page)
        tellPage(request, reply, page, found.total)
        return found.items.map(member => toMember(member, url))
      },
    )

    app.get(
      `/api/v4/${kind}/:id/members${suffix}/:user_id`,
      {
        config: { policy: readingPolicy(kind) },
        schema: {
          operationId: `get${inherited ? 'Inherited' : ''}${name}Member`,
          tags: ['members'],
          params: Type.Object({ ...idParameter, user_id: integerParameter }),
          response: { 200: memberEntity },
        },
      },
      async request => {
        const options = { inherited, userId: request.params.user_id }
        const { items } = await memberStore.list(placeOf(request, kind), options, { limit: 1, offset: 0 })
        if (items[0] === undefined) throw notFound('Member')
        return toMember(items[0], url)
      },
    )
  }
}

function registerWriting(app: App, deps: MembersDeps, kind: Kind): void {
  const name = kind === 'projects' ? 'Project' : 'Group'
  const config = { policy: changingPolicy(kind) }
  const oneMember = Type.Object({ ...idParameter, user_id: integerParameter })

  async function read(place: Place, userId: number) {
    const { items } = await deps.memberStore.list(place, { inherited: false, userId }, { limit: 1, offset: 0 })
    if (items[0] === undefined) throw notFound('Member')
    return toMember(items[0], deps.url)
  }

  app.post(
    `/api/v4/${kind}/:id/members`,
    {
      config,
      schema: {
        operationId: `add${name}Member`,
        tags: ['members'],
        params: Type.Object(idParameter),
        body: Type.Object({
          user_id: Type.Optional(Type.Integer()),
          username: Type.Optional(Type.String()),
          access_level: Type.Integer(),
          expires_at: Type.Optional(nullableDate),
        }),
        response: { 201: memberEntity },
      },
    },
    async (request, reply) => {
      const { user_id, username, access_level, expires_at } = request.body
      const userId = user_id ?? (username === undefined ? undefined : (await deps.users.byLogin(username))?.user.id)
      if (user_id === undefined && username === undefined) throw badRequest('user_id or username is missing')
      if (userId === undefined) throw notFound('User')
      const place = placeOf(request, kind)
      const { items } = await deps.memberStore.list(place, { inherited: false, userId }, { limit: 1, offset: 0 })
      if (items.length > 0) throw accessError('access.conflict', 'Member already exists')
      const member = { userId, level: access_level, expiresAt: expires_at || null }
      await deps.members.put(place, member, giverOf(request, place.level))
      return reply.code(201).send(await read(place, userId))
    },
  )

  app.put(
    `/api/v4/${kind}/:id/members/:user_id`,
    {
      config,
      schema: {
        operationId: `change${name}Member`,
        tags: ['members'],
        params: oneMember,
        body: Type.Object({ access_level: Type.Integer(), expires_at: Type.Optional(nullableDate) }),
        response: { 200: memberEntity },
      },
    },
    async request => {
      const place = placeOf(request, kind)
      const { user_id: userId } = request.params
      const before = await read(place, userId)
      const { access_level: level, expires_at = before.expires_at } = request.body
      await deps.members.put(place, { userId, level, expiresAt: expires_at || null }, giverOf(request, place.level))
      return read(place, userId)
    },
  )

  app.delete(
    `/api/v4/${kind}/:id/members/:user_id`,
    { config, schema: { operationId: `remove${name}Member`, tags: ['members'], params: oneMember } },
    async (request, reply) => {
      const place = placeOf(request, kind)
      if (!(await deps.members.remove(place, request.params.user_id, giverOf(request, place.level))))
        throw notFound('Member')
      return reply.code(204).send()
    },
  )
}

function toMember(member: MemberRecord, url: string): Static<typeof memberEntity> {
  return {
    ...toUserBasic(member.user, url),
    access_level: member.level,
    created_at: member.createdAt,
    expires_at: member.expiresAt,
    membership_state: 'active',
  }
}
