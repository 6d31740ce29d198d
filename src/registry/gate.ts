// Who may do what, at every request. The token tells who it is and what it was issued for; whether that is still allowed,
// access is asked anew (at most a second ago): a role taken away, a registry switched off or a job's end counts at once.
//
//   no token, or one without the scope that its actor could have ──► 401 with a challenge: the client asks for a token
//   not allowed, and the actor may know that the project exists  ──► 403 with a sentence
//   not allowed, and the project is hidden, or is not there      ──► 401, the same for both
import type { Actor, Project } from '../access/model.ts'
import type { ProjectAction } from '../access/policy.ts'
import type { Access, Credentials, ProjectAccess } from '../access/ports.ts'
import { createExpiringCache } from '../kit/expiring-cache.ts'
import { parseCacheName } from './cache/cache-name.ts'
import { RegistryError } from './errors.ts'
import type { RepositoryPlace, RunningJob, RunningJobs } from './ports.ts'
import { createProjectFinder } from './projects.ts'
import { grants, grantsCatalog, type RepositoryAction, type Scope } from './scopes.ts'
import { type RegistryTokens, subjectOf } from './tokens.ts'

export type Caller = {
  readonly actor: Actor
  readonly subject: string
  /** `all`: came with name and password instead of a token. */
  readonly granted: readonly Scope[] | 'all'
  readonly isExpired: boolean
}

/** A repository that the caller may use for what was asked. */
export type OpenRepository = {
  readonly name: string
  readonly place: RepositoryPlace
  readonly access: ProjectAccess
  readonly actor: Actor
  readonly subject: string
  readonly job: RunningJob | null
}

export type Gate = {
  /** Null: no credentials. @throws RegistryError UNAUTHORIZED when they are wrong */
  readonly identify: (authorization: string | undefined, address: string) => Promise<Caller | null>
  readonly repository: (caller: Caller | null, name: string, action: RepositoryAction) => Promise<OpenRepository>
  /** The same for going on with an upload: an expired token is good enough for whoever began it. */
  readonly repositoryOfUpload: (
    caller: Caller | null,
    name: string,
    beganBy: (place: RepositoryPlace) => Promise<string | null>,
  ) => Promise<OpenRepository>
  /** Anybody who is known here may pull what is kept of other registries. */
  readonly cached: (caller: Caller | null, name: string) => Promise<void>
  /** Of administrators; the answer finds projects with their rights. */
  readonly catalog: (caller: Caller | null) => Promise<(projectId: number) => Promise<Project | null>>
  /** `GET /v2/`: any valid token. */
  readonly base: (caller: Caller | null) => Promise<void>
  /** Where the named repository stands, if the actor may pull from it. */
  readonly pullable: (actor: Actor, name: string) => Promise<RepositoryPlace | null>
  readonly mayPullFrom: (actor: Actor, projectId: number) => Promise<boolean>
  /** What of the scopes the actor may have. */
  readonly allowed: (actor: Actor, scopes: readonly Scope[]) => Promise<readonly Scope[]>
}

const projectActions: Readonly<Record<RepositoryAction, ProjectAction>> = {
  pull: 'read_registry',
  push: 'push_registry',
  delete: 'delete_registry',
}

export function createGate(deps: {
  readonly access: Pick<Access, 'authenticate' | 'renew' | 'project' | 'group'>
  readonly jobs: RunningJobs
  readonly tokens: RegistryTokens
  readonly service: string
  readonly clock: () => number
}): Gate {
  const { access, jobs, tokens, service, clock } = deps
  const projects = createProjectFinder(access.project, clock)
  const actors = createExpiringCache<Actor | null>({ lifetimeMs: 1000, maxEntries: 10_000, clock })
  const runningJobs = createExpiringCache<RunningJob | null>({ lifetimeMs: 1000, maxEntries: 10_000, clock })

  /** A 401 that tells where to get a token, and for what. */
  function challenge(
    scope: string | null,
    error: 'invalid_token' | 'insufficient_scope' | null,
    message?: string,
  ): RegistryError {
    const parts = [`service="${service}"`]
    if (scope !== null) parts.push(`scope="${scope}"`)
    if (error !== null) parts.push(`error="${error}"`)
    return new RegistryError('UNAUTHORIZED', message, { challenge: parts.join(',') })
  }

  function actorNow(actor: Actor): Promise<Actor | null> {
    return actors.get(JSON.stringify(actor), () => access.renew(actor))
  }

  async function runningJob(actor: Actor): Promise<RunningJob | null> {
    if (actor.kind !== 'job') return null
    const job = await runningJobs.get(String(actor.jobId), () => jobs.running(actor.jobId))
    if (job === null) throw challenge(null, 'invalid_token', 'the job has ended, and its token with it')
    return job
  }

  async function open(caller: Caller, name: string, action: RepositoryAction): Promise<OpenRepository> {
    const scope = scopeFor(name, action)
    const job = await runningJob(caller.actor)
    const found = await projects.find(caller.actor, name)
    if (found === null) throw await noProject(caller.actor, name, scope)
    const decision = found.access.may(projectActions[action])
    if (!decision.allowed) {
      if (decision.hidden || caller.actor.kind === 'anonymous') throw challenge(scope, 'insufficient_scope')
      throw new RegistryError('DENIED', decision.reason)
    }
    if (caller.granted !== 'all' && !grants(caller.granted, name, action)) throw challenge(scope, 'insufficient_scope')
    return { name, place: found.place, access: found.access, actor: caller.actor, subject: caller.subject, job }
  }

  /** Whoever could make the project is told that it is missing; to others it looks like a hidden one. */
  async function noProject(actor: Actor, name: string, scope: string): Promise<RegistryError> {
    const maySeeAll = actor.kind === 'user' && actor.isAdmin
    if (!maySeeAll && !(await mayCreateProject(actor, name))) return challenge(scope, 'insufficient_scope')
    const path = name.split('/', 2).join('/')
    return new RegistryError(
      'NAME_UNKNOWN',
      `there is no project at the beginning of '${name}': create it first (slipway project create ${path})`,
    )
  }

  async function mayCreateProject(actor: Actor, name: string): Promise<boolean> {
    const segments = name.split('/')
    for (let length = 1; length < segments.length; length++) {
      const group = await access.group(actor, segments.slice(0, length).join('/'))
      if (group?.may('create_project').allowed === true) return true
    }
    return false
  }

  return {
    async identify(authorization, address) {
      const credentials = parseAuthorization(authorization)
      if (credentials === null) return null
      if (credentials.kind === 'bearer') {
        const token = tokens.check(credentials.token)
        const actor = token === null ? null : await actorNow(token.actor)
        if (token === null || actor === null) throw challenge(null, 'invalid_token')
        return {
          actor,
          subject: subjectOf(actor),
          granted: token.access,
          isExpired: token.isExpired,
        }
      }
      const actor = await access.authenticate({ ...credentials, address })
      if (actor === null) throw challenge(null, null, 'wrong user name or password')
      return { actor, subject: subjectOf(actor), granted: 'all', isExpired: false }
    },

    async repository(caller, name, action) {
      if (caller === null) throw challenge(scopeFor(name, action), null)
      if (caller.isExpired) throw challenge(scopeFor(name, action), 'invalid_token')
      return open(caller, name, action)
    },

    async repositoryOfUpload(caller, name, beganBy) {
      if (caller === null) throw challenge(scopeFor(name, 'push'), null)
      const opened = await open(caller, name, 'push')
      if (caller.isExpired && (await beganBy(opened.place)) !== caller.subject)
        throw challenge(scopeFor(name, 'push'), 'invalid_token')
      return opened
    },

    async cached(caller, name) {
      const scope = scopeFor(name, 'pull')
      if (caller === null) throw challenge(scope, null)
      if (caller.isExpired) throw challenge(scope, 'invalid_token')
      await runningJob(caller.actor)
      const isGranted = caller.granted === 'all' || grants(caller.granted, name, 'pull')
      if (caller.actor.kind === 'anonymous' || !isGranted) throw challenge(scope, 'insufficient_scope')
    },

    async catalog(caller) {
      const scope = 'registry:catalog:*'
      if (caller === null || caller.isExpired) throw challenge(scope, caller === null ? null : 'invalid_token')
      const isAdmin = caller.actor.kind === 'user' && caller.actor.isAdmin
      if (!isAdmin || (caller.granted !== 'all' && !grantsCatalog(caller.granted)))
        throw challenge(scope, 'insufficient_scope')
      return async projectId => (await projects.byId(caller.actor, projectId))?.project ?? null
    },

    async base(caller) {
      if (caller === null) throw challenge(null, null)
      if (caller.isExpired) throw challenge(null, 'invalid_token')
      await runningJob(caller.actor)
    },

    async pullable(actor, name) {
      const found = await projects.find(actor, name)
      return found?.access.may('read_registry').allowed ? found.place : null
    },

    async mayPullFrom(actor, projectId) {
      const found = await projects.byId(actor, projectId)
      return found?.may('read_registry').allowed ?? false
    },

    async allowed(actor, scopes) {
      const cut = await Promise.all(scopes.map(scope => cutScope(actor, scope)))
      return cut.filter(scope => scope !== null)
    },
  }

  async function cutScope(actor: Actor, scope: Scope): Promise<Scope | null> {
    if (scope.type === 'registry') return actor.kind === 'user' && actor.isAdmin ? scope : null
    const found = await projects.find(actor, scope.name)
    if (found === null) return cutCacheScope(actor, scope)
    const actions = scope.actions.filter(action => found.access.may(projectActions[action]).allowed)
    return actions.length === 0 ? null : { ...scope, actions }
  }
}

/** Images kept of other registries are for all who are known here. */
function cutCacheScope(actor: Actor, scope: Extract<Scope, { type: 'repository' }>): Scope | null {
  const isPull = scope.actions.includes('pull') && parseCacheName(scope.name) !== null
  return isPull && actor.kind !== 'anonymous' ? { ...scope, actions: ['pull'] } : null
}

function scopeFor(name: string, action: RepositoryAction): string {
  return `repository:${name}:${action === 'push' ? 'pull,push' : action}`
}

type GivenCredentials =
  | { readonly kind: 'bearer'; readonly token: string }
  | Omit<Extract<Credentials, { kind: 'basic' }>, 'address'>

/** Null: none that we understand. */
export function parseAuthorization(header: string | undefined): GivenCredentials | null {
  const match = /^(bearer|basic) +(\S+)$/i.exec(header?.trim() ?? '')
  if (match === null) return null
  const [, scheme = '', value = ''] = match
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', token: value }
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon === -1) return null
  return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) }
}
