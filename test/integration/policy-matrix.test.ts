// Every route × every role × own, foreign and absent thing, made from the route table of the whole server: a new route is
// in it without a line here. Requests end right after the policy has let them pass, so no handler runs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { groupRules, projectRules } from '../../src/access/actions.ts'
import { roles } from '../../src/access/model.ts'
import { type ResourcesDeps, registerResources } from '../../src/commands/compose/resources.ts'
import { createLog } from '../../src/kit/log.ts'
import { hashToken } from '../../src/kit/token.ts'
import { type App, createApp } from '../../src/server/app.ts'
import type { RoutePolicy } from '../../src/server/plugins/policy.ts'
import { createInstallation, type Installation } from '../support/accounts/installation.ts'
import { anything } from '../support/server/anything.ts'

type Route = { readonly method: string; readonly url: string; readonly policy: RoutePolicy }

/** What the hook after the policy answers. */
const passed = 299

const people = ['anonymous', 'stranger', 'guest', 'reporter', 'developer', 'maintainer', 'owner', 'admin'] as const
/** An owner by narrower means. */
const means = ['read_api token', 'read_registry token', 'own job', 'foreign job'] as const
type Caller = (typeof people)[number] | (typeof means)[number]
const callers: readonly Caller[] = [...people, ...means]

const projects = ['own', 'own internal', 'own public', 'foreign', 'absent'] as const
type Thing = (typeof projects)[number]

let installation: Installation
let app: App
const routes: Route[] = []
const headers = new Map<Caller, Readonly<Record<string, string>>>()
const keys = new Map<string, string>()

beforeAll(async () => {
  const jobs = new Map<string, { jobId: number; projectId: number; userId: number; running: boolean }>()
  installation = await createInstallation({ jobTokens: { find: async hash => jobs.get(hash) ?? null } })
  await makeThings(jobs)
  app = await openApp()
})

afterAll(async () => {
  await app.close()
  await installation.close()
})

describe('the route table', () => {
  it('is that of the whole server', () => {
    expect(routes.length).toBeGreaterThan(150)
    for (const kind of ['public', 'signed_in', 'admin', 'project', 'group', 'runner', 'lease'] as const) {
      expect(routes.some(route => route.policy.kind === kind)).toBe(true)
    }
  })

  it('opens to everybody, or leaves to a handler, only what is listed here', () => {
    const open = routes.filter(route => route.policy.kind === 'public' || route.policy.kind === 'self_checked')
    const known = open.filter(route => openRoutes.some(pattern => pattern.test(`${route.method} ${route.url}`)))
    const unlisted = open
      .filter(route => !known.includes(route))
      .map(route => `${route.method} ${route.url} (${JSON.stringify(route.policy)})`)
    expect(unlisted).toEqual([])
  })

  it('has :id in every route whose policy is about a project, a group or a lease', () => {
    const wrong = routes.filter(
      ({ policy, url }) => ['project', 'group', 'lease'].includes(policy.kind) && !url.includes('/:id'),
    )
    expect(wrong).toEqual([])
  })

  it('lets no reading policy stand before a route that changes something', () => {
    const wrong = routes.filter(({ method, policy, url }) => {
      if (method === 'GET' || readingPosts.some(pattern => pattern.test(url))) return false
      return (
        (policy.kind === 'project' && !projectRules[policy.action].changes) ||
        (policy.kind === 'group' && !groupRules[policy.action].changes)
      )
    })
    expect(wrong.map(route => `${route.method} ${route.url}`)).toEqual([])
  })
})

/** For everybody, since what is shown is made for the viewer's eyes or for all; or decided by a token in the body. */
const openRoutes: readonly RegExp[] = [
  /^GET \/-\/(live|ready)$/,
  /^GET \/metrics$/,
  /^GET \/api\/openapi\.json$/,
  /^(GET|POST) \/api\/v4\/slipway\/(session|registration)$/,
  /^GET \/api\/v4\/(projects|groups|users\/:user_id\/projects)$/,
  // Whoever verifies the id_tokens of jobs.
  /^GET \/(\.well-known\/openid-configuration|oauth\/discovery\/keys|-\/jwks)$/,
  // The pages: what they show comes through the API.
  /^GET \/(\*|assets\/\*|theme\.js|favicon\.svg)$/,
  // gitlab-runner and triggers send their token in the body.
  /^POST \/api\/v4\/projects\/:id\/(ref\/:ref\/)?trigger\/pipeline$/,
  /^(POST|DELETE) \/api\/v4\/runners$/,
  /^POST \/api\/v4\/(runners\/verify|jobs\/request)$/,
  /^PUT \/api\/v4\/jobs\/:id$/,
  /^GET \/api\/v4\/(job|jobs\/:id\/artifacts)$/,
  // The project is found by the thing, and then asked.
  /^(GET|PUT|DELETE) \/api\/v4\/runners\/:runner_id$/,
  /^GET \/api\/v4\/runners\/:runner_id\/jobs$/,
  /^POST \/api\/v4\/runners\/:runner_id\/reset_authentication_token$/,
  /^GET \/api\/v4\/registry\/repositories\/:repository_id$/,
  /^GET \/api\/v4\/slipway\/(jobs\/:job_id|pipelines\/:pipeline_id)$/,
]

/** POST that computes and changes nothing. */
const readingPosts: readonly RegExp[] = [/\/ci\/lint$/, /\/preview$/]

describe('each route', () => {
  it('answers each caller about each thing as the tables say', async () => {
    const wrong: string[] = []
    let count = 0
    for (const route of routes) {
      for (const thing of thingsOf(route)) {
        for (const caller of callers) {
          const status = await ask(route, thing, caller)
          const expected = expectedStatus(route, thing, caller)
          count += 1
          if (status !== expected)
            wrong.push(`${route.method} ${route.url} · ${thing} · ${caller}: expected ${expected}, found ${status}`)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(5000)
  })

  it('refuses a token that nobody knows', async () => {
    const wrong: string[] = []
    for (const route of routes.filter(each => !['public', 'self_checked'].includes(each.policy.kind))) {
      const answer = await app.inject({
        method: route.method as 'GET',
        url: urlOf(route, 'own public'),
        headers: { 'private-token': 'glpat-unknown' },
      })
      const refused = route.policy.kind === 'lease' ? 403 : 401
      if (answer.statusCode !== refused) wrong.push(`${route.method} ${route.url}: ${answer.statusCode}`)
    }
    expect(wrong).toEqual([])
  })

  it('shows a stranger the same for what is hidden and for what is not there', async () => {
    const wrong: string[] = []
    for (const route of routes.filter(each => each.policy.kind === 'project' || each.policy.kind === 'group')) {
      for (const caller of ['anonymous', 'stranger'] as const) {
        const [hidden, absent] = await Promise.all([
          answerTo(route, 'foreign', caller),
          answerTo(route, 'absent', caller),
        ])
        if (hidden !== absent) wrong.push(`${route.method} ${route.url} · ${caller}: ${hidden} ≠ ${absent}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

function thingsOf({ policy }: Route): readonly Thing[] {
  return policy.kind === 'project' || policy.kind === 'group' ? projects : ['own']
}

/** Said anew from the tables of roles, without asking the code that decides. */
function expectedStatus({ method, policy }: Route, thing: Thing, caller: Caller): number {
  const isReading = method === 'GET'
  switch (policy.kind) {
    case 'public':
    case 'self_checked':
      return passed
    case 'runner':
      return 401
    case 'lease':
      return 403
    case 'signed_in':
      if (caller === 'anonymous' || caller === 'own job' || caller === 'foreign job') return 401
      if (caller === 'read_api token') return isReading ? passed : 403
      if (caller === 'read_registry token') return policy.scopes?.includes('read_registry') === true ? passed : 403
      return passed
    case 'admin':
      if (caller === 'anonymous' || caller === 'own job' || caller === 'foreign job') return 401
      return caller === 'admin' ? passed : 403
    case 'project':
      return expectedForProject(policy.action, thing, caller)
    case 'group':
      return expectedForGroup(policy.action, thing, caller)
  }
}

function expectedForProject(action: keyof typeof projectRules, thing: Thing, caller: Caller): number {
  const rule = projectRules[action]
  const scopes: readonly string[] = rule.scopes
  if (thing === 'absent') return 404
  if (caller === 'admin') return passed
  const isOwn = thing !== 'foreign'
  const isOpen = thing === 'own public' || (thing === 'own internal' && caller !== 'anonymous')
  if (!isOwn || (levelOf(caller) === 0 && !isOpen)) return 404
  if (isOpen && rule.readers && !(caller === 'read_registry token')) return passed
  if (caller === 'anonymous') return 401
  if (caller === 'foreign job') return isOpen && rule.readers ? passed : 403
  if (caller === 'own job') return thing === 'own' && rule.job !== 'never' ? passed : 403
  if (caller === 'read_api token') return rule.changes ? 403 : passed
  if (caller === 'read_registry token') return scopes.includes('read_registry') ? passed : 403
  return levelOf(caller) >= roles[rule.role] ? passed : 403
}

function expectedForGroup(action: keyof typeof groupRules, thing: Thing, caller: Caller): number {
  const rule = groupRules[action]
  if (thing === 'absent') return 404
  if (caller === 'admin') return passed
  const isOpen = thing === 'own public' || (thing === 'own internal' && caller !== 'anonymous')
  const level =
    thing === 'foreign' ? 0 : caller === 'foreign job' || caller === 'own job' ? roles.owner : levelOf(caller)
  if (level === 0 && !isOpen) return 404
  if (caller === 'own job' || caller === 'foreign job') return rule.changes ? 403 : passed
  if (caller === 'read_api token') return rule.changes ? 403 : passed
  if (caller === 'read_registry token') return 403
  if (isOpen && rule.readers) return passed
  if (caller === 'anonymous') return 401
  return level >= roles[rule.role] ? passed : 403
}

/** In what is one's own. The job of another project has none: nothing allows it. */
function levelOf(caller: Caller): number {
  if (caller === 'anonymous' || caller === 'stranger' || caller === 'foreign job') return 0
  if (caller === 'read_api token' || caller === 'read_registry token' || caller === 'own job') return roles.owner
  return caller === 'admin' ? roles.owner : roles[caller]
}

async function ask(route: Route, thing: Thing, caller: Caller): Promise<number> {
  const answer = await app.inject({
    method: route.method as 'GET',
    url: urlOf(route, thing),
    headers: headers.get(caller) ?? {},
  })
  return answer.statusCode
}

async function answerTo(route: Route, thing: Thing, caller: Caller): Promise<string> {
  const answer = await app.inject({
    method: route.method as 'GET',
    url: urlOf(route, thing),
    headers: headers.get(caller) ?? {},
  })
  return `${answer.statusCode} ${answer.body}`
}

function urlOf({ url, policy }: Route, thing: Thing): string {
  const kind = policy.kind === 'group' ? 'group' : 'project'
  return url
    .replace('/:id', `/${encodeURIComponent(keys.get(`${kind} ${thing}`) ?? '')}`)
    .replace(/:[a-z_]+/gi, '1')
    .replace('*', 'anything')
}

/** Groups and projects of each visibility with a member of each role, a foreign one, and tokens for everybody. */
async function makeThings(
  jobs: Map<string, { jobId: number; projectId: number; userId: number; running: boolean }>,
): Promise<void> {
  const { accounts } = installation
  const users = new Map<string, number>([['admin', 1]])
  for (const name of people.filter(each => each !== 'anonymous' && each !== 'admin'))
    users.set(name, (await installation.user(`the-${name}`)).id)
  for (const [thing, visibility] of [
    ['own', 'private'],
    ['own internal', 'internal'],
    ['own public', 'public'],
    ['foreign', 'private'],
  ] as const) {
    const path = thing.replace(' ', '-')
    const group = await installation.group(path, { visibility })
    const project = await installation.project(`${path}/project`, { visibility })
    keys.set(`group ${thing}`, path)
    keys.set(`project ${thing}`, `${path}/project`)
    if (thing === 'foreign') continue
    const place = { kind: 'group', groupId: group.id } as const
    for (const [name, level] of Object.entries(roles)) {
      await accounts.members.put(
        place,
        { userId: users.get(name) ?? 0, level, expiresAt: null },
        { userId: 1, level: 50 },
      )
    }
    if (thing !== 'own') continue
    const owner = users.get('owner') ?? 0
    jobs.set(hashToken('glcbt-own'), { jobId: 1, projectId: project.id, userId: owner, running: true })
  }
  keys.set('group absent', 'nowhere')
  keys.set('project absent', 'nowhere/nothing')
  const elsewhere = await installation.project('elsewhere/project')
  const owner = users.get('owner') ?? 0
  jobs.set(hashToken('glcbt-foreign'), { jobId: 2, projectId: elsewhere.id, userId: owner, running: true })

  for (const [name, userId] of users) headers.set(name as Caller, { 'private-token': await installation.token(userId) })
  headers.set('read_api token', { 'private-token': await installation.token(owner, ['read_api']) })
  headers.set('read_registry token', { 'private-token': await installation.token(owner, ['read_registry']) })
  headers.set('own job', { 'job-token': 'glcbt-own' })
  headers.set('foreign job', { 'job-token': 'glcbt-foreign' })
}

/** All resources as the server registers them; only access is real, since nothing else is asked before the answer. */
async function openApp(): Promise<App> {
  const { accounts } = installation
  const url = 'http://ci.example.com'
  const config = {
    url,
    registryUrl: url,
    dataFolder: '/nonexistent',
    listen: [],
    only: undefined,
  } as unknown as ResourcesDeps['config']
  const stubs = anything<Record<string, never>>()
  const deps = new Proxy({ config, accounts, version: '0.0.0', now: () => new Date() } as unknown as ResourcesDeps, {
    get: (target, name) => (name in target ? target[name as keyof ResourcesDeps] : stubs),
    ownKeys: target => [
      ...Reflect.ownKeys(target),
      'repositories',
      'editor',
      'reads',
      'runs',
      'images',
      'vault',
      'artifacts',
      'caches',
      'artifactFiles',
      'traces',
      'bus',
      'bell',
      'door',
      'redis',
    ],
    getOwnPropertyDescriptor: (target, name) => ({
      configurable: true,
      enumerable: true,
      value: name in target ? target[name as keyof ResourcesDeps] : stubs,
    }),
  })
  return createApp({
    access: accounts.access,
    audit: { record: async () => {} },
    runnerDoor: { runner: async () => null, lease: async () => null },
    health: {
      ready: async () => ({ ready: true, checks: {} }),
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
    },
    log: createLog({ level: 'silent' }),
    version: '0.0.0',
    url,
    raw: [],
    errors: [],
    resources: [
      app => {
        app.addHook('onRoute', ({ method, url: path, config: routeConfig }) => {
          for (const each of [method].flat()) {
            // HEAD is made from GET, with its policy.
            if (each !== 'HEAD' && routeConfig?.policy !== undefined)
              routes.push({ method: String(each), url: path, policy: routeConfig.policy })
          }
        })
        app.addHook('onRequest', async (_request, reply) => reply.code(passed).send(''))
      },
      app => registerResources(app, deps),
    ],
  })
}
