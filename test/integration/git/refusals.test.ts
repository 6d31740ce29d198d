// Who may not, what may not, and what strangers see.
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProjectDetails, UserRecord } from '../../../src/access/store-ports.ts'
import { hashToken } from '../../../src/kit/token.ts'
import { type GitDoor, openGitDoor, type WorkingCopy } from '../../support/git/door.ts'

let door: GitDoor
let copy: WorkingCopy
let project: ProjectDetails
let developer: UserRecord
let remotes: { readonly root: string; readonly developer: string; readonly reporter: string; readonly stranger: string }

beforeAll(async () => {
  door = await openGitDoor({ mostPackBytes: 2 * 1024 * 1024 })
  project = await door.project('team/secret')
  await door.project('team/open', { visibility: 'public' })
  const people = { developer: 30, reporter: 20, stranger: 0 }
  const urls: Record<string, string> = { root: door.remote('team/secret', 'root', await door.token(1)) }
  for (const [name, level] of Object.entries(people)) {
    const user = await door.user(name)
    if (name === 'developer') developer = user
    urls[name] = door.remote('team/secret', name, await door.token(user.id))
    const member = { userId: user.id, level, expiresAt: null }
    const place = { kind: 'project', projectId: project.id } as const
    if (level > 0) await door.accounts.members.put(place, member, { userId: 1, level: 50 })
  }
  remotes = urls as typeof remotes
  copy = await door.workingCopy('copy')
  await copy.commit('one', { 'a.txt': 'one' })
  await copy.git('push', remotes.root, 'main')
  door.pushes.length = 0
})
afterAll(async () => {
  expect(door.bugs).toEqual([])
  await door.close()
})

describe('strangers', () => {
  it('get the same answer for a private project and for none', async () => {
    const answers = await Promise.all(
      ['team/secret', 'team/nothing', 'nobody/nothing'].map(path =>
        fetch(`${door.url}/${path}.git/info/refs?service=git-upload-pack`),
      ),
    )
    const seen = await Promise.all(
      answers.map(async answer => [answer.status, await answer.text(), answer.headers.get('www-authenticate')]),
    )
    expect(seen[0]?.[0]).toBe(401)
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).toEqual(seen[0])
  })

  it('who have signed in are told that there is no such project', async () => {
    const pushed = await copy.git('push', remotes.stranger, 'main')
    expect(pushed.exitCode).toBe(128)
    expect(pushed.stderr).toContain('There is no project team/secret')
  })

  it('may clone a public project, and not push to it', async () => {
    const cloned = await copy.git('clone', '-q', door.remote('team/open'), '../open')
    expect(cloned.exitCode).toBe(0)
    const pushed = await copy.git('push', door.remote('team/open'), 'main')
    expect(pushed.stderr).toContain('could not read Username')
    const signedIn = await copy.git('push', remotes.stranger.replace('secret', 'open'), 'main')
    expect(signedIn.stderr).toContain('push_code needs the role developer')
  })
})

describe('members', () => {
  it('who may only read may clone, and are told the role that pushing needs', async () => {
    expect((await copy.git('ls-remote', remotes.reporter)).exitCode).toBe(0)
    const pushed = await copy.git('push', remotes.reporter, 'main:topic')
    expect(pushed.exitCode).toBe(128)
    expect(pushed.stderr).toContain('needs the role developer')
  })

  it('below maintainer may not push to the protected default branch; the other ref of the push is refused too', async () => {
    await copy.commit('two', { 'a.txt': 'two' })
    const pushed = await copy.git('push', remotes.developer, 'main', 'main:topic-of-developer')
    expect(pushed.exitCode).toBe(1)
    expect(pushed.stderr).toContain('the branch main is protected: pushing needs the role maintainer')
    expect(pushed.stderr).toContain('refused together with another ref')
    expect(door.pushes).toEqual([])
    expect(await door.repositories.resolve(project.id, { kind: 'branch', name: 'topic-of-developer' })).toBeNull()
  })

  it('may push to other branches, also by force', async () => {
    expect((await copy.git('push', remotes.developer, 'main:topic')).exitCode).toBe(0)
    await copy.git('commit', '-q', '--amend', '-m', 'two, but better')
    expect((await copy.git('push', remotes.developer, 'main:topic')).exitCode).toBe(1)
    expect((await copy.git('push', '-f', remotes.developer, 'main:topic')).exitCode).toBe(0)
  })

  it('may not force a protected branch, whatever their role', async () => {
    expect((await copy.git('push', remotes.root, 'main')).exitCode).toBe(0)
    await copy.git('commit', '-q', '--amend', '-m', 'another history')
    const forced = await copy.git('push', '-f', remotes.root, 'main')
    expect(forced.exitCode).toBe(1)
    expect(forced.stderr).toContain('non-fast-forward')
    expect(forced.stderr).toContain('must not force any branch')
    await copy.git('reset', '-q', '--hard', 'HEAD@{1}')
  })

  it('may not delete a protected branch by a push', async () => {
    const deleted = await copy.git('push', remotes.root, ':main')
    expect(deleted.exitCode).toBe(1)
    expect(deleted.stderr).toContain('cannot be deleted by a push')
  })

  it('keep to the patterns of protected tags', async () => {
    const rule = { kind: 'tag', pattern: 'v*', pushLevel: 40, allowForcePush: false } as const
    await door.accounts.stores.protectedRefs.create(project.id, rule, new Date().toISOString())
    await copy.git('tag', '-f', 'v1')
    expect((await copy.git('push', remotes.developer, 'v1')).stderr).toContain(
      'the tag v1 is protected: pushing needs the role maintainer',
    )
    expect((await copy.git('push', remotes.root, 'v1')).exitCode).toBe(0)
    await copy.git('tag', '-f', 'v1', 'HEAD~1')
    expect((await copy.git('push', '-f', remotes.root, 'v1')).stderr).toContain(
      'the tag v1 is protected: it cannot be changed',
    )
  })
})

describe('tokens', () => {
  it('of a running job clone the job’s project, do not push to it, and end with the job', async () => {
    const job = { jobId: 1, projectId: project.id, userId: developer.id, running: true }
    door.jobs.set(hashToken('glcbt-one'), job)
    const remote = door.remote('team/secret', 'gitlab-ci-token', 'glcbt-one')
    expect((await copy.git('ls-remote', remote)).exitCode).toBe(0)
    expect((await copy.git('push', remote, 'main:by-job')).stderr).toContain('a job token may not do push_code')
    door.jobs.set(hashToken('glcbt-one'), { ...job, running: false })
    expect((await copy.git('ls-remote', remote)).stderr).toContain('Authentication failed')
  })

  it('of a job reach another project only when that allows it', async () => {
    const other = await door.project('team/other')
    door.jobs.set(hashToken('glcbt-two'), { jobId: 2, projectId: other.id, userId: developer.id, running: true })
    const remote = door.remote('team/secret', 'gitlab-ci-token', 'glcbt-two')
    expect((await copy.git('ls-remote', remote)).stderr).toContain('There is no project')
    await door.accounts.stores.jobTokenSources.add(project.id, other.id, new Date().toISOString())
    expect((await copy.git('ls-remote', remote)).exitCode).toBe(0)
  })

  it('of deployment read the code when they have the scope', async () => {
    const place = { kind: 'project', projectId: project.id } as const
    const make = (scopes: string[]) =>
      door.accounts.deployTokens.create(place, { name: 'd', username: 'deployer', scopes, expiresAt: null }, 1)
    const reading = await make(['read_repository'])
    const pulling = await make(['read_registry'])
    expect((await copy.git('ls-remote', door.remote('team/secret', 'deployer', reading.token))).exitCode).toBe(0)
    expect((await copy.git('ls-remote', door.remote('team/secret', 'deployer', pulling.token))).exitCode).toBe(128)
    expect((await copy.git('push', door.remote('team/secret', 'deployer', reading.token), 'main:x')).exitCode).toBe(128)
  })

  it('with read_repository only read', async () => {
    const token = await door.token(developer.id, ['read_repository'])
    const remote = door.remote('team/secret', 'developer', token)
    expect((await copy.git('ls-remote', remote)).exitCode).toBe(0)
    expect((await copy.git('push', remote, 'main:x')).stderr).toContain('insufficient_scope')
  })
})

describe('names and paths', () => {
  it.each([
    '/../../etc/passwd.git/info/refs?service=git-upload-pack',
    '/team/..%2f..%2f1.git/info/refs?service=git-upload-pack',
    '/team/%2e%2e/1.git/info/refs?service=git-upload-pack',
    '/team%00/secret.git/info/refs?service=git-upload-pack',
    '/team/secret%2fx/../secret.git/info/refs?service=git-receive-pack',
    '/repositories/1.git/info/refs?service=git-upload-pack',
    '/team/secret.git/objects/info/packs',
    '/team/secret.git/HEAD',
    '/team/%E0%A4%A.git/info/refs?service=git-upload-pack',
    '/team/secret.git/info/refs?service=git-shell',
    '/team/secret.git/info/refs',
  ])('%s leads nowhere', async path => {
    const { status, body } = await rawGet(path)
    expect([401, 404]).toContain(status)
    expect(body).not.toContain('refs/heads')
  })

  it.each([
    'refs/heads/../../evil',
    'refs/heads/a..b',
    'refs/heads/.hidden',
    'refs/heads/x.lock',
    'refs/../config',
    'HEAD',
    'refs/heads/a b',
  ])('the ref %s is refused', async ref => {
    const zeros = '0'.repeat(40)
    const sha = (await copy.git('rev-parse', 'HEAD')).stdout
    const line = `${zeros} ${sha} ${ref}\0report-status`
    const body = `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`
    const answer = await fetch(`${door.url}/team/secret.git/git-receive-pack`, {
      method: 'POST',
      headers: { authorization: authorization() },
      body,
    })
    expect(await answer.text()).toContain(`ng ${ref} only branches and tags with valid names can be pushed`)
  })
})

describe('limits', () => {
  it('a pack over the limit is refused and changes nothing', async () => {
    const big = await door.workingCopy('too-big')
    await big.commit('big', { 'big.bin': randomBytes(4 * 1024 * 1024) })
    const pushed = await big.git('push', remotes.root, 'main:too-big')
    expect(pushed.exitCode).not.toBe(0)
    expect(await door.repositories.resolve(project.id, { kind: 'branch', name: 'too-big' })).toBeNull()
  })

  it.each([
    ['no pkt-line', 'hello, this is no push'],
    ['a wrong length', 'ffff'],
    ['no command', '0009hello0000'],
    ['an end too early', '0094'],
  ])('a push that is %s gets a 400', async (_, body) => {
    const answer = await fetch(`${door.url}/team/secret.git/git-receive-pack`, {
      method: 'POST',
      headers: { authorization: authorization() },
      body,
    })
    expect(answer.status).toBe(400)
  })

  it('a body that says gzip and is none gets a 400', async () => {
    const headers = { authorization: authorization(), 'content-encoding': 'gzip' }
    const answer = await fetch(`${door.url}/team/secret.git/git-receive-pack`, {
      method: 'POST',
      headers,
      body: 'not gzip',
    })
    expect(answer.status).toBe(400)
  })
})

function authorization(): string {
  return `Basic ${Buffer.from(`root:${new URL(remotes.root).password}`).toString('base64')}`
}

/** Without `fetch`, which tidies paths up before it sends them. */
function rawGet(path: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(door.url)
    const sent = request({ hostname, port, path, method: 'GET' }, response => {
      let body = ''
      response.on('data', chunk => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}
