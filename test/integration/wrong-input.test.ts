// Whatever a client sends, to whatever route: it is told in a sentence what was wrong with it, and never meets a bare 500.
// The routes are those of the server's own OpenAPI, so that a new one is tried without a line here.
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { prepareDataFolder } from '../../src/commands/compose/data-folder.ts'
import { type RunningServer, startServer } from '../../src/commands/compose/server.ts'
import { readServerConfig } from '../../src/config.ts'
import { createLog } from '../../src/kit/log.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { createRegistryClient, pushImage } from '../support/registry/registry-client.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary.ts'

type Parameter = { readonly name: string; readonly in: string; readonly schema?: Schema }
type Schema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
}
type Operation = {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}
type Route = { readonly method: string; readonly path: string; readonly operation: Operation }
type Attempt = {
  readonly url: string
  readonly method: string
  readonly what: string
  readonly body?: string | Buffer
  readonly type?: string
}

/** The first token, whose id is 1 as that of all first things, is revoked by and by: another one is used. */
const firstToken = 'glpat-wrong-input-0123456789'
let rootToken = firstToken
const failures: string[] = []
const long = 'x'.repeat(5000)
const wrongIds = ['-1', '9'.repeat(30), '%00', '%FF%FE', 'x'.repeat(1900)]
const wrongValues: readonly unknown[] = [null, 1e308, long, '\u0000\ud800', [[]]]

let temporary: TemporaryFolder
let redis: RedisServer
let server: RunningServer
let url: string

beforeAll(async () => {
  temporary = await createTemporaryFolder()
  redis = await startRedis()
  const options = { data: join(temporary.path, 'data'), listen: ['127.0.0.1:0'], url: 'http://ci.example.com' }
  const environment = { SLIPWAY_ROOT_TOKEN: firstToken, SLIPWAY_ROOT_PASSWORD: 'a password of root' }
  const log = createLog({ level: 'silent' })
  // A bug is told to nobody but the log.
  const error = (detail: unknown, words?: string) =>
    void failures.push(`${words}: ${(detail as { readonly err?: Error }).err?.stack ?? String(detail)}`)
  Object.assign(log, { error, child: () => log })
  await prepareDataFolder(options.data)
  server = await startServer(readServerConfig(options, environment), { url: redis.url, prefix: 'wrong' }, log)
  url = `http://127.0.0.1:${server.addresses[0]?.port}`
  await fill()
}, 120_000)

afterAll(async () => {
  await server?.close()
  await redis?.stop()
  await temporary?.remove()
}, 60_000)

it('tells why an image may not be deleted, as the registry itself does', async () => {
  const address = `${url}/api/v4/projects/1/registry/repositories/1/tags/kept`
  const answer = await fetch(address, { method: 'DELETE', headers: { 'private-token': rootToken } })
  expect([answer.status, await answer.json()]).toEqual([403, { message: expect.stringContaining('immutable') }])
})

it('answers wrong input on every route in a sentence', { timeout: 300_000 }, async () => {
  const { paths } = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    path.includes('/self')
      ? []
      : Object.entries(operations).map(
          ([method, operation]): Route => ({ method: method.toUpperCase(), path, operation }),
        ),
  )
  expect(routes.length).toBeGreaterThan(200)
  let tried = 0
  for (const route of routes) {
    for (const attempt of attemptsOn(route)) {
      tried += 1
      const problem = await tryOut(attempt)
      if (problem !== null)
        failures.push(`${attempt.method} ${attempt.url.slice(0, 160)} with ${attempt.what}: ${problem}`)
    }
  }
  expect([...new Set(failures)].slice(0, 60).join('\n')).toBe('')
  expect(tried).toBeGreaterThan(3000)
  const user = await fetch(`${url}/api/v4/user`, { headers: { 'private-token': rootToken } })
  expect(user.status, 'the token has held to the end').toBe(200)
})

/** Null: it was answered as it should be. */
async function tryOut({ url: address, method, body, type }: Attempt): Promise<string | null> {
  const headers = {
    'private-token': rootToken,
    ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
  }
  const answer = await fetch(address, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: body as never }),
  })
  const text = await answer.text()
  if (answer.status >= 500) return `${answer.status} ${text.slice(0, 200)}`
  if (answer.status < 400 || method === 'HEAD') return null
  const isJson = answer.headers.get('content-type')?.includes('json') === true
  const said = isJson ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {}
  return said.message || said.error ? null : `${answer.status} without a sentence: ${text.slice(0, 200)}`
}

function* attemptsOn(route: Route): Generator<Attempt> {
  const { method, operation } = route
  const parameters = operation.parameters ?? []
  const inPath = parameters.filter(each => each.in === 'path').map(each => each.name)
  const right = (name: string) => (method === 'DELETE' ? '999999' : (known[name] ?? '1'))
  const address = (values: Readonly<Record<string, string>> = {}, query = '') =>
    url + route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? right(name)) + query
  for (const name of inPath)
    for (const value of wrongIds)
      yield { url: address({ [name]: value }), method, what: `${name}=${value.slice(0, 20)}` }
  for (const { name } of parameters.filter(each => each.in === 'query'))
    for (const value of ['', '99999999999999999999', long, '%00'])
      yield { url: address({}, `?${encodeURIComponent(name)}=${value}`), method, what: `${name}=${value.slice(0, 20)}` }
  if (method === 'GET' || method === 'DELETE' || method === 'HEAD') {
    if (inPath.length > 0 && method !== 'DELETE') yield { url: address(), method, what: 'nothing wrong' }
    return
  }
  const bodies: [string, string | Buffer, string?][] = [
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['nothing', ''],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an empty object', '{}'],
    ['a form', 'a=1&b=%FF', 'application/x-www-form-urlencoded'],
    ['another type', '<a/>', 'application/xml'],
    ['a prototype', '{"__proto__": {"a": 1}, "constructor": {"prototype": {"b": 1}}}'],
  ]
  for (const [what, body, type] of bodies)
    yield { url: address(), method, what, body, ...(type === undefined ? {} : { type }) }
  const fields = Object.values(operation.requestBody?.content ?? {})[0]?.schema.properties ?? {}
  for (const name of Object.keys(fields))
    for (const value of wrongValues) {
      const rest = Object.fromEntries(Object.entries(fields).map(([field, schema]) => [field, sampleOf(field, schema)]))
      const body = JSON.stringify({ ...rest, [name]: value })
      yield { url: address(), method, what: `${name}: ${JSON.stringify(value).slice(0, 40)}`, body }
    }
}

/** Names of parameters whose value is not simply the first id. */
const known: Readonly<Record<string, string>> = {
  user_id: '2',
  branch: 'main',
  ref: 'main',
  sha: 'main',
  key: 'NAME',
  path: 'README.md',
  tag_name: 'kept',
}

function sampleOf(name: string, schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.type === 'integer' || schema.type === 'number') return 1
  if (schema.type === 'boolean') return false
  if (schema.type === 'array') return []
  if (schema.type === 'object') return {}
  return /email/.test(name) ? 'somebody@example.com' : /_at$|date/.test(name) ? '2030-01-01' : 'sample'
}

/** One thing of each kind, so that routes get as far as they can. */
async function fill(): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const headers = { 'private-token': rootToken, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v4${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as { id: number; token?: string }
  }
  rootToken = String((await post('/user/personal_access_tokens', { name: 'all', scopes: ['api'] })).token)
  await post('/users', { username: 'second', name: 'Second', email: 'second@example.com', password: 'a long password' })
  const group = await post('/groups', { name: 'group', path: 'group' })
  const project = await post('/projects', { name: 'project', namespace_id: group.id })
  const folder = join(temporary.path, 'work')
  const git = (...words: string[]) =>
    execa('git', ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.com', ...words], { cwd: folder })
  await execa('git', ['init', '-q', '-b', 'main', folder])
  await execa(
    'sh',
    [
      '-c',
      'printf "job:\\n  script: x\\nlater:\\n  script: x\\n  when: manual\\n" > .gitlab-ci.yml; echo hello > README.md',
    ],
    { cwd: folder },
  )
  await git('add', '-A')
  await git('commit', '-q', '-m', 'Begin')
  const remote = new URL(`${url}/group/project.git`)
  remote.username = 'root'
  remote.password = rootToken
  await git('push', '-q', remote.href, 'HEAD:main')
  await post(`/projects/${project.id}/variables`, { key: 'NAME', value: 'value' })
  await post(`/projects/${project.id}/pipeline_schedules`, { description: 'nightly', ref: 'main', cron: '0 1 * * *' })
  await post(`/projects/${project.id}/triggers`, { description: 'trigger' })
  await post('/user/runners', { runner_type: 'instance_type' })
  await post(`/projects/${project.id}/registry/protection/tag/rules`, { tag_name_pattern: '^kept$' })
  const registry = createRegistryClient(url, { username: 'root', password: rootToken })
  await pushImage(registry, 'group/project', 'kept')
  registry.close()
}
