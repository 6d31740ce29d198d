// Runners come and go: `POST /user/runners` makes one and shows its token once; `verify` and `DELETE /runners` speak with
// that token. The older `POST /runners` takes a personal token with the scope `create_runner` as its registration token.
import { Type } from '@fastify/type-provider-typebox'
import type { Actor, UserActor } from '../../access/model.ts'
import { scopesAllow } from '../../access/policy.ts'
import type { NewRunner } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial } from '../plugins/errors.ts'
import { demand, userOf } from '../plugins/policy.ts'
import type { RunnerApiDeps } from './deps.ts'
import { type RunnerFields, runnerFields, tagsOf } from './runner-fields.ts'

const tokenBody = Type.Object({ token: Type.String({ minLength: 1, maxLength: 1000 }) })

export function registerRegistration(app: App, deps: RunnerApiDeps): void {
  app.post(
    '/api/v4/user/runners',
    {
      config: { policy: { kind: 'signed_in', scopes: ['create_runner'] } },
      schema: {
        operationId: 'createRunner',
        tags: ['runners'],
        summary: 'Make a runner; its token is shown once',
        body: Type.Object({
          runner_type: Type.Union([
            Type.Literal('instance_type'),
            Type.Literal('group_type'),
            Type.Literal('project_type'),
          ]),
          group_id: Type.Optional(Type.Integer()),
          project_id: Type.Optional(Type.Integer()),
          ...runnerFields,
        }),
      },
    },
    async (request, reply) => {
      const { body } = request
      const place = await placeOf(deps, userOf(request), body)
      return reply.code(201).send(await create(deps, { ...newRunner(body), ...place }))
    },
  )

  app.post(
    '/api/v4/runners',
    {
      config: {
        policy: { kind: 'self_checked', why: 'an administrator’s token with the scope create_runner, in the body' },
      },
      schema: {
        operationId: 'registerRunner',
        tags: ['runners'],
        summary: 'Register an instance runner the older way',
        body: Type.Object({
          token: Type.String({ minLength: 1, maxLength: 1000 }),
          info: Type.Optional(Type.Unknown()),
          ...runnerFields,
        }),
      },
    },
    async (request, reply) => {
      const actor = await deps.access.authenticate({ kind: 'token', token: request.body.token })
      if (!mayCreateInstanceRunner(actor)) throw new Denial(403, '403 Forbidden', 'the registration token is not valid')
      const place = { scope: 'instance', projectIds: [], groupIds: [] } as const
      return reply.code(201).send(await create(deps, { ...newRunner(request.body), ...place }))
    },
  )

  app.post(
    '/api/v4/runners/verify',
    {
      config: { policy: { kind: 'self_checked', why: 'the runner token in the body' } },
      schema: {
        operationId: 'verifyRunner',
        tags: ['runners'],
        summary: 'Is this runner token known?',
        body: tokenBody,
      },
    },
    async request => {
      const { token } = request.body
      const runner = await deps.door.runner(token)
      if (runner === null) throw new Denial(403, '403 Forbidden')
      return { id: runner.runnerId, token, token_expires_at: null }
    },
  )

  app.delete(
    '/api/v4/runners',
    {
      config: { policy: { kind: 'self_checked', why: 'the runner token in the body' } },
      schema: {
        operationId: 'unregisterRunner',
        tags: ['runners'],
        summary: 'Remove the runner of this token',
        body: tokenBody,
      },
    },
    async (request, reply) => {
      const runner = await deps.door.runner(request.body.token)
      if (runner === null) throw new Denial(403, '403 Forbidden')
      await deps.runners.delete(runner.runnerId)
      return reply.code(204).send()
    },
  )
}

function newRunner(fields: RunnerFields): Omit<NewRunner, 'scope' | 'projectIds' | 'groupIds'> {
  const tags = tagsOf(fields.tag_list) ?? []
  const runUntagged = fields.run_untagged ?? tags.length === 0
  if (tags.length === 0 && !runUntagged) throw badRequest('a runner without tags must run untagged jobs')
  return {
    description: fields.description ?? '',
    tags,
    runUntagged,
    isPaused: fields.paused ?? false,
    isProtectedOnly: fields.access_level === 'ref_protected',
  }
}

type Place = Pick<NewRunner, 'scope' | 'projectIds' | 'groupIds'>
type Wish = { readonly runner_type: string; readonly group_id?: number; readonly project_id?: number }

async function placeOf(deps: RunnerApiDeps, actor: UserActor, wish: Wish): Promise<Place> {
  switch (wish.runner_type) {
    case 'project_type': {
      if (wish.project_id === undefined) throw badRequest('project_id is missing')
      const found = await deps.access.project(actor, wish.project_id)
      if (found === null) throw new Denial(404, '404 Project Not Found')
      demand(actor, found.may('change_runners'), 'Project')
      return { scope: 'project', projectIds: [found.project.id], groupIds: [] }
    }
    case 'group_type': {
      if (wish.group_id === undefined) throw badRequest('group_id is missing')
      const found = await deps.access.group(actor, wish.group_id)
      if (found === null) throw new Denial(404, '404 Group Not Found')
      demand(actor, found.may('change_group_runners'), 'Group')
      return { scope: 'group', projectIds: [], groupIds: [found.group.id] }
    }
    default:
      if (!actor.isAdmin) throw new Denial(403, '403 Forbidden', 'only administrators may make instance runners')
      return { scope: 'instance', projectIds: [], groupIds: [] }
  }
}

function mayCreateInstanceRunner(actor: Actor | null): boolean {
  return actor?.kind === 'user' && actor.isAdmin && scopesAllow(actor, ['create_runner'], true)
}

async function create(deps: RunnerApiDeps, runner: NewRunner) {
  const { token, hash } = deps.mintRunnerToken()
  const { id } = await deps.runners.create(runner, hash, deps.now().toISOString())
  deps.bus.publish('runners', { kind: 'runner', runnerId: id })
  return { id, token, token_expires_at: null }
}
