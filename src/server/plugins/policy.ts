// Every route says in `config.policy` who may call it; a route that does not say it makes the start fail. The hook asks
// access and puts what it learned on the request.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor, Scope, UserActor } from '../../access/model.ts'
import { type Decision, type GroupAction, type ProjectAction, scopesAllow } from '../../access/policy.ts'
import type { Access, GroupAccess, ProjectAccess } from '../../access/ports.ts'
import type { App } from '../app.ts'
import type { LeaseIdentity, RunnerDoor, RunnerIdentity } from '../ports.ts'
import { tokenOf } from './authentication.ts'
import { Denial } from './errors.ts'

export type RoutePolicy =
  | { readonly kind: 'public' }
  /** `scopes`: token scopes that are enough beside `api` (and `read_api` for GET). */
  | { readonly kind: 'signed_in'; readonly scopes?: readonly Scope[] }
  | { readonly kind: 'admin' }
  /** The project is the parameter `:id`: a number or the URL-encoded full path. */
  | { readonly kind: 'project'; readonly action: ProjectAction }
  | { readonly kind: 'group'; readonly action: GroupAction }
  /** A runner, by its token. */
  | { readonly kind: 'runner' }
  /** The lease token (or gitlab-runner's job token) of the job `:id`. */
  | { readonly kind: 'lease' }
  /** The handler decides by itself, and `why` tells the reader how. */
  | { readonly kind: 'self_checked'; readonly why: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: RoutePolicy
  }
  interface FastifyRequest {
    actor: Actor
    /** Set for policies of kind `project`; read it with `projectOf(request)`. */
    projectAccess: ProjectAccess | null
    groupAccess: GroupAccess | null
    runner: RunnerIdentity | null
    lease: LeaseIdentity | null
  }
}

export type PolicyDeps = { readonly access: Access; readonly runnerDoor: RunnerDoor }

export function addPolicy(app: App, deps: PolicyDeps): void {
  app.decorateRequest('projectAccess', null)
  app.decorateRequest('groupAccess', null)
  app.decorateRequest('runner', null)
  app.decorateRequest('lease', null)
  app.addHook('onRoute', route => {
    if (route.config?.policy === undefined) throw new Error(`${route.method} ${route.url} has no config.policy`)
  })
  app.addHook('onRequest', (request, reply) => enforce(request, reply, deps))
}

/** The project that the policy let through. */
export function projectOf(request: FastifyRequest): ProjectAccess {
  if (request.projectAccess === null) throw new Error('the route has no policy of kind project')
  return request.projectAccess
}

/** The group that the policy let through. */
export function groupOf(request: FastifyRequest): GroupAccess {
  if (request.groupAccess === null) throw new Error('the route has no policy of kind group')
  return request.groupAccess
}

/** The person (or bot) that the policy let through. */
export function userOf(request: FastifyRequest): UserActor {
  if (request.actor.kind !== 'user') throw new Denial(401, '401 Unauthorized')
  return request.actor
}

/** The runner that the policy let through. */
export function runnerOf(request: FastifyRequest): RunnerIdentity {
  if (request.runner === null) throw new Error('the route has no policy of kind runner')
  return request.runner
}

/** The lease that the policy let through. */
export function leaseOf(request: FastifyRequest): LeaseIdentity {
  if (request.lease === null) throw new Error('the route has no policy of kind lease')
  return request.lease
}

/** Ends the request unless the decision allows it. `what` names the thing that does not exist, for strangers. */
export function demand(actor: Actor, decision: Decision, what: string): void {
  if (decision.allowed) return
  if (decision.hidden) throw new Denial(404, `404 ${what} Not Found`)
  if (actor.kind === 'anonymous') throw new Denial(401, '401 Unauthorized')
  throw new Denial(403, '403 Forbidden', decision.reason)
}

async function enforce(request: FastifyRequest, _reply: FastifyReply, deps: PolicyDeps): Promise<void> {
  const policy = request.routeOptions.config.policy
  if (policy === undefined) return // no route: the answer is 404
  switch (policy.kind) {
    case 'public':
    case 'self_checked':
      return
    case 'signed_in':
      return demandScopes(request, policy.scopes ?? [])
    case 'admin':
      demandScopes(request, [])
      if (!userOf(request).isAdmin) throw new Denial(403, '403 Forbidden', 'only administrators may do this')
      return
    case 'project':
      return enforceProject(request, deps.access, policy.action)
    case 'group':
      return enforceGroup(request, deps.access, policy.action)
    case 'runner':
      return enforceRunner(request, deps.runnerDoor)
    case 'lease':
      return enforceLease(request, deps.runnerDoor)
  }
}

function demandScopes(request: FastifyRequest, scopes: readonly Scope[]): void {
  const actor = userOf(request)
  if (scopesAllow(actor, scopes, !isReading(request))) return
  throw new Denial(
    403,
    '403 Forbidden',
    `insufficient_scope: the token needs the scope ${['api', ...scopes].join(' or ')}`,
  )
}

async function enforceProject(request: FastifyRequest, access: Access, action: ProjectAction): Promise<void> {
  const found = await access.project(request.actor, keyOf(request))
  if (found === null) throw new Denial(404, '404 Project Not Found')
  demand(request.actor, found.may(action), 'Project')
  request.projectAccess = found
}

async function enforceGroup(request: FastifyRequest, access: Access, action: GroupAction): Promise<void> {
  const found = await access.group(request.actor, keyOf(request))
  if (found === null) throw new Denial(404, '404 Group Not Found')
  demand(request.actor, found.may(action), 'Group')
  request.groupAccess = found
}

async function enforceRunner(request: FastifyRequest, door: RunnerDoor): Promise<void> {
  const token = tokenOf(request)
  const runner = token === null ? null : await door.runner(token)
  if (runner === null) throw new Denial(401, '401 Unauthorized', 'the runner token is unknown')
  request.runner = runner
}

async function enforceLease(request: FastifyRequest, door: RunnerDoor): Promise<void> {
  const token = tokenOf(request)
  const jobId = Number((request.params as { id?: string }).id)
  const lease = token === null || !Number.isSafeInteger(jobId) ? null : await door.lease(jobId, token)
  if (lease === null) throw new Denial(403, '403 Forbidden', 'the token is not one of this job')
  if (lease === 'ended') throw new Denial(409, '409 Conflict', 'the lease has ended')
  request.lease = lease
}

/** The parameter `:id`: digits are an id, anything else a full path. */
function keyOf(request: FastifyRequest): number | string {
  const { id } = request.params as { id?: string }
  if (id === undefined) throw new Error(`${request.routeOptions.url ?? request.url} needs the parameter :id`)
  const digits = /^[0-9]{1,15}$/.test(id)
  return digits ? Number(id) : id
}

function isReading(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}
