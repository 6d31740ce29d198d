// The commands for users, groups, projects, tokens and variables, as processes against a listening server.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountServer, openAccountServer } from '../../support/accounts/server.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const main = join(import.meta.dirname, '../../../src/main.ts')
const project = 'my-group/sub/my-project'
let server: AccountServer
let temporary: TemporaryFolder
let token: string

beforeAll(async () => {
  server = await openAccountServer()
  temporary = await createTemporaryFolder()
  token = await server.door.token(1)
})
afterAll(async () => {
  await server.close()
  await temporary.remove()
})

type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

async function slipway(
  words: readonly string[],
  options: { readonly input?: string; readonly isSignedIn?: boolean } = {},
): Promise<Ran> {
  const { input = '', isSignedIn = true } = options
  const known = isSignedIn ? { SLIPWAY_URL: server.url, SLIPWAY_TOKEN: token } : {}
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: temporary.path,
    XDG_CONFIG_HOME: join(temporary.path, 'config'),
    ...known,
  }
  const args = ['--disable-warning=ExperimentalWarning', main, ...words]
  const result = await execa(process.execPath, args, { env, extendEnv: false, reject: false, input, timeout: 60_000 })
  return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr }
}

async function json<T>(...words: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await slipway([...words, '--json'])
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as T
}

describe('a project', () => {
  it('is created with the groups above it, listed, shown, changed and deleted', async () => {
    const created = await slipway(['project', 'create', project])
    expect(created).toMatchObject({ exitCode: 0, stderr: '' })
    expect(created.stdout).toContain(`git push http://ci.example.com/${project}.git HEAD:main`)
    expect((await slipway(['project', 'list'])).stdout).toMatch(/^ID +PATH .*\n\d+ +my-group\/sub\/my-project +private/)
    expect(await json('project', 'view', project)).toMatchObject({ path_with_namespace: project, builds_enabled: true })
    const changed = await slipway(['project', 'change', project, '--registry', 'off', '--builds', 'off'])
    expect(changed.exitCode).toBe(0)
    expect(await json('project', 'view', project)).toMatchObject({
      container_registry_enabled: false,
      builds_enabled: false,
    })
    await json('project', 'create', 'my-group/short-lived')
    expect(await slipway(['project', 'delete', 'my-group/short-lived'])).toMatchObject({ exitCode: 2 })
    expect(await slipway(['project', 'delete', 'my-group/short-lived', '--yes'])).toMatchObject({ exitCode: 0 })
    expect(await json('group', 'list')).toMatchObject([{ full_path: 'my-group' }, { full_path: 'my-group/sub' }])
  })

  it('makes a missing group once for projects that are created at the same moment', async () => {
    const created = await Promise.all(
      ['a', 'b', 'c'].map(name => slipway(['project', 'create', `at-once/deeper/${name}`])),
    )
    expect(created.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      Array(3).fill({ exitCode: 0, stderr: '' }),
    )
  })

  it('that does not exist, or a word too few, is told with an exit code', async () => {
    expect(await slipway(['project', 'view', 'no/no'])).toMatchObject({
      exitCode: 1,
      stderr: 'slipway: 404 Project Not Found',
    })
    expect((await slipway(['project', 'create'])).exitCode).toBe(2)
    expect(await slipway(['project', 'create', 'my-group/../evil'])).toMatchObject({ exitCode: 1 })
  })
})

describe('people', () => {
  it('get their password from standard input, become members, and are blocked', async () => {
    const created = await slipway(['user', 'create', 'dev', '--email', 'dev@example.com'], {
      input: 'a long password\n',
    })
    expect(created).toMatchObject({ exitCode: 0, stdout: 'Created: the user dev (id 2).' })
    const added = await slipway(['project', 'member', 'add', project, 'dev', '--role', 'maintainer'])
    expect(added.stdout).toBe(`dev is maintainer of ${project}.`)
    await slipway(['project', 'member', 'add', project, 'dev', '--role', 'developer'])
    expect((await slipway(['project', 'member', 'list', project])).stdout).toMatch(/dev +dev +developer/)
    expect((await slipway(['user', 'block', 'dev'])).exitCode).toBe(0)
    expect(await json('user', 'view', 'dev')).toMatchObject({ state: 'blocked' })
    expect((await slipway(['user', 'unblock', 'dev'])).exitCode).toBe(0)
  })
})

describe('variables', () => {
  it('are set from standard input, listed without secrets, changed and deleted', async () => {
    const place = ['--project', project]
    const set = await slipway(['variable', 'set', 'TOKEN', ...place, '--masked', '--protected'], {
      input: 'secret-value\n',
    })
    expect(set).toMatchObject({ exitCode: 0, stdout: 'Set: TOKEN for all environments.' })
    expect((await slipway(['variable', 'list', ...place])).stdout).not.toContain('secret-value')
    expect((await slipway(['variable', 'get', 'TOKEN', ...place])).stdout).toBe('secret-value')
    await slipway(['variable', 'set', 'TOKEN', ...place], { input: 'another-secret' })
    expect(await json('variable', 'get', 'TOKEN', ...place)).toMatchObject({
      value: 'another-secret',
      masked: true,
      protected: true,
    })
    expect((await slipway(['variable', 'delete', 'TOKEN', ...place])).exitCode).toBe(0)
    expect((await slipway(['variable', 'list', ...place])).stdout).toBe('There are no variables.')
    expect((await slipway(['variable', 'list'])).exitCode).toBe(2)
  })
})

describe('tokens', () => {
  it('are printed alone, once, and work until they are revoked', async () => {
    const created = await slipway(['token', 'create', 'mine', '--scopes', 'read_api'])
    expect(created.stdout).toMatch(/^glpat-[\w-]{32}$/)
    expect(created.stderr).toContain('shown this once')
    const listed = await json<{ id: number; name: string }[]>('token', 'list')
    expect(JSON.stringify(listed)).not.toContain('glpat-')
    const mine = listed.find(each => each.name === 'mine')
    expect((await server.call('GET', '/user', { token: created.stdout })).status).toBe(200)
    await slipway(['token', 'revoke', String(mine?.id)])
    expect((await server.call('GET', '/user', { token: created.stdout })).status).toBe(401)
  })

  it('of a project act as a bot with a role, and deploy tokens have a user name', async () => {
    const created = await slipway(['token', 'create', 'ci', '--project', project, '--role', 'reporter'])
    expect(
      (await server.call('GET', `/projects/${encodeURIComponent(project)}`, { token: created.stdout })).status,
    ).toBe(200)
    expect((await slipway(['token', 'list', '--project', project])).stdout).toMatch(/ci +api +reporter/)
    const deploy = await json<{ username: string }>(
      'token',
      'create',
      'd',
      '--deploy',
      '--project',
      project,
      '--scopes',
      'read_registry',
    )
    expect(deploy.username).toMatch(/^gitlab\+deploy-token-\d+$/)
  })
})

describe('slipway login', () => {
  it('stores a token of its own where only its owner can read it, and forgets it again', async () => {
    const outside = { isSignedIn: false }
    expect((await slipway(['project', 'list'], outside)).stderr).toContain('run `slipway login URL`')
    const signedIn = await slipway(['login', server.url, '-u', 'dev'], { ...outside, input: 'a long password\n' })
    expect(signedIn).toMatchObject({ exitCode: 0 })
    const file = join(temporary.path, 'config/slipway/credentials.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await slipway(['project', 'list'], outside)).stdout).toContain(project)
    const { servers } = JSON.parse(await readFile(file, 'utf8')) as { servers: Record<string, { token: string }> }
    const stored = servers[server.url]?.token ?? ''
    expect((await slipway(['login', '--forget'], outside)).exitCode).toBe(0)
    expect(await readFile(file, 'utf8')).not.toContain('glpat-')
    expect((await server.call('GET', '/user', { token: stored })).status).toBe(401)
  })

  it('with a wrong password says so, and stores nothing', async () => {
    const refused = await slipway(['login', server.url, '-u', 'dev'], { isSignedIn: false, input: 'wrong\n' })
    expect(refused).toMatchObject({ exitCode: 1, stderr: 'slipway: The user name or the password is wrong.' })
  })

  it('to a server that does not answer says so', async () => {
    const refused = await slipway(['login', 'http://127.0.0.1:9', '--with-token'], {
      isSignedIn: false,
      input: 'glpat-x\n',
    })
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('http://127.0.0.1:9 does not answer')
  })
})
