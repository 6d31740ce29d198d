// Branches, tags, commits and files of a repository, through the API.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AccountServer, type Answer, openAccountServer } from '../../support/accounts/server.ts'

let server: AccountServer
let root: string
let developer: string
let first: string
let second: string
const project = `/projects/${encodeURIComponent('team/project')}`
const way = `${project}/repository`

beforeAll(async () => {
  server = await openAccountServer()
  const { door } = server
  root = await door.token(1)
  const { id } = await door.project('team/project')
  const user = await door.user('developer')
  developer = await door.token(user.id)
  const place = { kind: 'project', projectId: id } as const
  await door.accounts.members.put(place, { userId: user.id, level: 30, expiresAt: null }, { userId: 1, level: 50 })
  const copy = await door.workingCopy('copy')
  const files = {
    'README.md': 'one\n',
    'dir/page.html': '<script>alert(1)</script>',
    'dir/ü b.txt': 'x',
    'image.bin': Buffer.from([1, 0, 2]),
  }
  first = await copy.commit('first <b>', files)
  second = await copy.commit('second\n\nwith a body', { 'README.md': 'two\n' })
  await copy.git('tag', '-a', 'v1', '-m', 'the one', first)
  await copy.git('push', '-q', door.remote('team/project', 'root', root), 'main', 'v1')
})
afterAll(async () => {
  expect(server.door.bugs).toEqual([])
  await server.close()
})
beforeEach(() => {
  server.door.pushes.length = 0
})

const get = (path: string, token = root): Promise<Answer> => server.call('GET', `${way}${path}`, { token })
const names = (answer: Answer) => (answer.body as { name: string }[]).map(each => each.name)

describe('branches and tags', () => {
  it('are made like pushed ones, and followed by the same things', async () => {
    const made = await server.call('POST', `${way}/branches`, {
      token: developer,
      body: { branch: 'feature/x', ref: 'main' },
    })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'feature/x', commit: { id: second }, protected: false, default: false },
    })
    expect(server.door.pushes).toMatchObject([
      { changes: [{ ref: { kind: 'branch', name: 'feature/x' }, after: second }] },
    ])
    expect((await get(`/branches/${encodeURIComponent('feature/x')}`)).body).toMatchObject({
      commit: { title: 'second' },
    })
    expect(
      (await server.call('DELETE', `${way}/branches/${encodeURIComponent('feature/x')}`, { token: developer })).status,
    ).toBe(204)
    expect(server.door.pushes[1]).toMatchObject({ changes: [{ before: second, after: '0'.repeat(40) }] })
  })

  it('obey the protection: nobody deletes the default branch, and developers make no protected tag', async () => {
    expect((await server.call('DELETE', `${way}/branches/main`, { token: root })).status).toBe(403)
    await server.call('POST', `${project}/protected_tags`, { token: root, body: { name: 'rel-*' } })
    const tag = { tag_name: 'rel-1', ref: 'main' }
    expect((await server.call('POST', `${way}/tags`, { token: developer, body: tag })).status).toBe(403)
    expect(
      (await server.call('POST', `${way}/tags`, { token: root, body: { ...tag, message: 'signed\noff' } })).status,
    ).toBe(201)
    expect((await get('/tags/rel-1')).body).toMatchObject({
      message: 'signed\noff',
      commit: { id: second },
      protected: true,
    })
    expect(server.door.pushes).toHaveLength(1)
  })

  it.each(['', '../evil', 'a..b', '-x', 'a b', 'x.lock', '@{1}'])('the name %j is refused', async branch => {
    const answer = await server.call('POST', `${way}/branches`, { token: root, body: { branch, ref: 'main' } })
    expect(answer.status).toBe(400)
  })

  it('cannot be made twice, or from nothing', async () => {
    expect(
      (await server.call('POST', `${way}/branches`, { token: root, body: { branch: 'main', ref: 'main' } })).status,
    ).toBe(400)
    expect(
      (await server.call('POST', `${way}/branches`, { token: root, body: { branch: 'new', ref: 'nothing' } })).status,
    ).toBe(400)
  })

  it('are found by how they begin, end, and what they hold', async () => {
    for (const branch of ['one-a', 'one-b', 'two-a'])
      await server.call('POST', `${way}/branches`, { token: root, body: { branch, ref: 'main' } })
    expect(names(await get('/branches?search=^one'))).toEqual(['one-a', 'one-b'])
    expect(names(await get('/branches?search=-a$'))).toEqual(['one-a', 'two-a'])
    expect(names(await get('/branches?search=wo-'))).toEqual(['two-a'])
    expect(names(await get('/tags?order_by=name&sort=asc'))).toEqual(['rel-1', 'v1'])
  })

  it('say who may push', async () => {
    expect((await get('/branches/main', developer)).body).toMatchObject({
      protected: true,
      default: true,
      can_push: false,
    })
    expect((await get('/branches/main', root)).body).toMatchObject({ can_push: true })
  })
})

describe('commits', () => {
  it('are listed from a ref, of a path, and counted', async () => {
    const all = await get('/commits')
    expect(all.body).toMatchObject([
      { id: second, title: 'second', message: 'second\n\nwith a body\n' },
      { id: first, title: 'first <b>' },
    ])
    expect(all.headers['x-total']).toBe('2')
    expect((await get('/commits?path=dir')).body).toMatchObject([{ id: first }])
    expect((await get('/commits?ref_name=v1')).body).toMatchObject([{ id: first }])
    expect((await get('/commits?ref_name=nothing')).status).toBe(404)
  })

  it.each(['since=--output', 'path=../x', 'until=yesterday;id', 'path=%0a'])('the query %s is refused', async query => {
    expect((await get(`/commits?${query}`)).status).toBe(400)
  })

  it('tell their differences, and what is between two', async () => {
    expect((await get(`/commits/${second}/diff`)).body).toMatchObject([
      { new_path: 'README.md', diff: '@@ -1 +1 @@\n-one\n+two\n' },
    ])
    expect((await get(`/commits/${first}/diff`)).body).toHaveLength(4)
    const compared = await get(`/compare?from=v1&to=main`)
    expect(compared.body).toMatchObject({
      commits: [{ id: second }],
      diffs: [{ new_path: 'README.md' }],
      compare_same_ref: false,
    })
  })

  it('of an empty repository are none', async () => {
    await server.door.project('team/empty')
    const answer = await server.call('GET', `/projects/${encodeURIComponent('team/empty')}/repository/commits`, {
      token: root,
    })
    expect(answer).toMatchObject({ status: 200, body: [] })
  })
})

describe('files', () => {
  const file = (path: string, more = '') => get(`/files/${encodeURIComponent(path)}${more}`)

  it('come with their content and where it is from', async () => {
    const found = await file('dir/ü b.txt', '?ref=main')
    expect(found.body).toMatchObject({
      file_name: 'ü b.txt',
      content: Buffer.from('x').toString('base64'),
      commit_id: second,
      last_commit_id: first,
    })
    expect(found.headers['x-gitlab-file-path']).toBe('dir/%C3%BC%20b.txt')
  })

  it('raw are never a page for the browser', async () => {
    const page = await file('dir/page.html', '/raw')
    expect(page.body).toBe('<script>alert(1)</script>')
    expect(page.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
    expect((await file('image.bin', '/raw')).headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
    })
  })

  it.each(['../../gitconfig', 'dir/../../x', '/etc/passwd', 'dir', 'none', 'README.md\n'])(
    '%j is not there',
    async path => {
      expect((await file(path)).status).toBe(404)
    },
  )

  it('are listed folder by folder, or all', async () => {
    expect((await get('/tree')).body).toMatchObject([
      { name: 'dir', type: 'tree' },
      { name: 'README.md' },
      { name: 'image.bin' },
    ])
    expect((await get('/tree?path=dir/')).body).toMatchObject([{ path: 'dir/page.html' }, { path: 'dir/ü b.txt' }])
    expect((await get('/tree?recursive=True&per_page=2&page=2')).body).toHaveLength(2)
    expect((await get('/tree?path=none')).status).toBe(404)
    expect((await get('/tree?path=../..')).status).toBe(404)
  })
})
