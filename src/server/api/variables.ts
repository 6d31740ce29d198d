// CI/CD variables of the instance, of groups and of projects: the same routes for all.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { accessError } from '../../access/errors.ts'
import type { VariablePlace } from '../../access/store-ports.ts'
import type { Variables, VariableValue } from '../../access/variables.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import type { RoutePolicy } from '../plugins/policy.ts'
import { idParameter, nullableString } from '../schema.ts'
import { placeOf } from './members.ts'

export type VariablesDeps = { readonly variables: Variables }

const variableType = Type.Unsafe<'env_var' | 'file'>({ type: 'string', enum: ['env_var', 'file'] })

const variableEntity = Type.Object({
  variable_type: Type.String(),
  key: Type.String(),
  /** Null: hidden. */
  value: nullableString,
  hidden: Type.Boolean(),
  protected: Type.Boolean(),
  masked: Type.Boolean(),
  raw: Type.Boolean(),
  environment_scope: Type.String(),
  description: nullableString,
})

const changeFields = {
  value: Type.Optional(Type.String()),
  variable_type: Type.Optional(variableType),
  protected: Type.Optional(Type.Boolean()),
  masked: Type.Optional(Type.Boolean()),
  raw: Type.Optional(Type.Boolean()),
  environment_scope: Type.Optional(Type.String()),
  description: Type.Optional(nullableString),
}

const scopeQuery = Type.Object({ 'filter[environment_scope]': Type.Optional(Type.String()) })

type Level = {
  readonly way: string
  readonly name: string
  readonly policy: RoutePolicy
  readonly params: Parameters<typeof Type.Object>[0]
  readonly place: (request: FastifyRequest) => VariablePlace
}

const levels: readonly Level[] = [
  {
    way: '/api/v4/admin/ci/variables',
    name: 'Instance',
    policy: { kind: 'admin' },
    params: {},
    place: () => ({ kind: 'instance' }),
  },
  {
    way: '/api/v4/groups/:id/variables',
    name: 'Group',
    policy: { kind: 'group', action: 'manage_group_variables' },
    params: idParameter,
    place: request => placeOf(request, 'groups'),
  },
  {
    way: '/api/v4/projects/:id/variables',
    name: 'Project',
    policy: { kind: 'project', action: 'manage_variables' },
    params: idParameter,
    place: request => placeOf(request, 'projects'),
  },
]

export function registerVariables(app: App, deps: VariablesDeps): void {
  for (const level of levels) {
    registerReading(app, deps, level)
    registerWriting(app, deps, level)
  }
}

function registerReading(app: App, { variables }: VariablesDeps, level: Level): void {
  const config = { policy: level.policy }
  app.get(
    level.way,
    {
      config,
      schema: {
        operationId: `list${level.name}Variables`,
        tags: ['variables'],
        params: Type.Object(level.params),
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(variableEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const all = await variables.list(level.place(request))
      tellPage(request, reply, page, all.length)
      return all.slice(page.offset, page.offset + page.limit).map(toVariable)
    },
  )

  app.get(
    `${level.way}/:key`,
    {
      config,
      schema: {
        operationId: `get${level.name}Variable`,
        tags: ['variables'],
        params: Type.Object({ ...level.params, key: Type.String() }),
        querystring: scopeQuery,
        response: { 200: variableEntity },
      },
    },
    async request => toVariable(await find(variables, level.place(request), request)),
  )
}

function registerWriting(app: App, { variables }: VariablesDeps, level: Level): void {
  const config = { policy: level.policy }
  const oneVariable = Type.Object({ ...level.params, key: Type.String() })

  app.post(
    level.way,
    {
      config,
      schema: {
        operationId: `create${level.name}Variable`,
        tags: ['variables'],
        params: Type.Object(level.params),
        body: Type.Object({
          ...changeFields,
          key: Type.String(),
          value: Type.String(),
          masked_and_hidden: Type.Optional(Type.Boolean()),
        }),
        response: { 201: variableEntity },
      },
    },
    async (request, reply) => {
      const { body } = request
      const isHidden = body.masked_and_hidden === true
      const variable: VariableValue = {
        key: body.key,
        value: body.value,
        kind: body.variable_type ?? 'env_var',
        isProtected: body.protected ?? false,
        isMasked: isHidden || (body.masked ?? false),
        isHidden,
        isRaw: body.raw ?? false,
        environmentScope: body.environment_scope ?? '*',
        description: body.description ?? '',
      }
      await variables.create(level.place(request), variable)
      return reply.code(201).send(toVariable(variable))
    },
  )

  app.put(
    `${level.way}/:key`,
    {
      config,
      schema: {
        operationId: `change${level.name}Variable`,
        tags: ['variables'],
        params: oneVariable,
        querystring: scopeQuery,
        body: Type.Object({
          ...changeFields,
          filter: Type.Optional(Type.Object({ environment_scope: Type.Optional(Type.String()) })),
        }),
        response: { 200: variableEntity },
      },
    },
    async request => {
      const place = level.place(request)
      const known = await find(variables, place, request)
      const { body } = request
      const changed: VariableValue = {
        ...known,
        value: body.value ?? known.value,
        kind: body.variable_type ?? known.kind,
        isProtected: body.protected ?? known.isProtected,
        isMasked: body.masked ?? known.isMasked,
        isRaw: body.raw ?? known.isRaw,
        environmentScope: body.environment_scope ?? known.environmentScope,
        description: body.description ?? known.description,
      }
      await variables.change(place, known, changed)
      return toVariable(changed)
    },
  )

  app.delete(
    `${level.way}/:key`,
    {
      config,
      schema: {
        operationId: `delete${level.name}Variable`,
        tags: ['variables'],
        params: oneVariable,
        querystring: scopeQuery,
      },
    },
    async (request, reply) => {
      const place = level.place(request)
      const known = await find(variables, place, request)
      await variables.remove(place, known.key, known.environmentScope)
      return reply.code(204).send()
    },
  )
}

/** By key; where several environments have it, `filter[environment_scope]` must tell which. */
async function find(variables: Variables, place: VariablePlace, request: FastifyRequest): Promise<VariableValue> {
  const { key } = request.params as { readonly key: string }
  const query = request.query as Readonly<Record<string, string | undefined>>
  const body = (request.body ?? {}) as { readonly filter?: { readonly environment_scope?: string } }
  const scope = query['filter[environment_scope]'] ?? body.filter?.environment_scope
  const found = (await variables.list(place)).filter(
    variable => variable.key === key && (scope === undefined || variable.environmentScope === scope),
  )
  const [first] = found
  if (first === undefined) throw notFound('Variable')
  if (found.length > 1) {
    const hint = "use 'filter[environment_scope]' to tell which"
    throw accessError('access.conflict', `There are multiple variables with provided parameters. Please ${hint}`)
  }
  return first
}

function toVariable(variable: VariableValue): Static<typeof variableEntity> {
  return {
    variable_type: variable.kind,
    key: variable.key,
    value: variable.isHidden ? null : variable.value,
    hidden: variable.isHidden,
    protected: variable.isProtected,
    masked: variable.isMasked,
    raw: variable.isRaw,
    environment_scope: variable.environmentScope,
    description: variable.description === '' ? null : variable.description,
  }
}
