// Groups, projects, members, variables and tokens of places, through the API.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UserRecord } from '../../../src/access/store-ports.ts'
import { type AccountServer, openAccountServer } from '../../support/accounts/server.ts'

let server: AccountServer
let root: string
let ann: UserRecord
let annToken: string

beforeAll(async () => {
  server = await openAccountServer()
  root = await server.door.token(1)
  ann = await server.door.user('ann')
  annToken = await server.door.token(ann.id)
})
afterAll(() => server.close())

async function post<T>(path: string, body: unknown, token = root): Promise<T> {
  const answer = await server.call('POST', path, { token, body })
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body as T
}

describe('groups and projects', () => {
  it('nest, and a new path of a group renames all that is in it', async () => {
    const outer = await post<{ id: number }>('/groups', { name: 'Outer', path: 'outer', visibility: 'public' })
    const inner = await post<{ id: number; full_path: string }>('/groups', {
      name: 'Inner',
      path: 'inner',
      parent_id: outer.id,
    })
    expect(inner.full_path).toBe('outer/inner')
    const project = await post<{ id: number }>('/projects', { name: 'App', namespace_id: inner.id })
    expect((await server.call('PUT', `/groups/${outer.id}`, { token: root, body: { path: 'renamed' } })).status).toBe(
      200,
    )
    const found = await server.call('GET', `/projects/${encodeURIComponent('renamed/inner/app')}`, { token: root })
    expect(found.body).toMatchObject({
      id: project.id,
      path_with_namespace: 'renamed/inner/app',
      name_with_namespace: 'Outer / Inner / App',
    })
    expect(
      (await server.call('GET', `/projects/${encodeURIComponent('outer/inner/app')}`, { token: root })).status,
    ).toBe(404)
  })

  it('share one space of names, whatever the case', async () => {
    await post('/groups', { name: 'Shared', path: 'shared' })
    const group = await server.call('GET', '/groups/shared', { token: root })
    await post('/projects', { name: 'Thing', namespace_id: (group.body as { id: number }).id })
    const taken = await server.call('POST', '/groups', {
      token: root,
      body: { name: 'x', path: 'THING', parent_id: (group.body as { id: number }).id },
    })
    expect(taken).toMatchObject({ status: 400, body: { message: { path: ['has already been taken'] } } })
    const user = await server.call('POST', '/users', {
      token: root,
      body: { username: 'Shared', email: 's@example.com', password: 'long enough' },
    })
    expect(user.status).toBe(400)
  })

  it.each(['../evil', 'a/b', '.git', 'x.git', '-x', 'a b', ''])('the path %j is refused', async path => {
    const answer = await server.call('POST', '/projects', {
      token: root,
      body: { name: 'x', path, namespace_path: 'root' },
    })
    expect(answer.status).toBe(400)
  })

  it('are never more visible than what they are in', async () => {
    const group = await post<{ id: number }>('/groups', { name: 'Closed', path: 'closed', visibility: 'private' })
    const project = await server.call('POST', '/projects', {
      token: root,
      body: { name: 'x', namespace_id: group.id, visibility: 'public' },
    })
    expect(project).toMatchObject({
      status: 400,
      body: { message: { visibility_level: [expect.stringContaining('not allowed')] } },
    })
  })

  it('a new one lands in the personal namespace when no other is named', async () => {
    const project = await post<{ path_with_namespace: string }>('/projects', { name: 'Mine' }, annToken)
    expect(project.path_with_namespace).toBe('ann/mine')
  })

  it('of a developer in a group is theirs to set up', async () => {
    const group = await server.door.group('workshop', { visibility: 'private' })
    await post(`/groups/${group.id}/members`, { user_id: ann.id, access_level: 30 })
    const project = await post<{ id: number }>('/projects', { name: 'made', namespace_id: group.id }, annToken)
    expect((await server.call('GET', `/projects/${project.id}/variables`, { token: annToken })).status).toBe(200)
    const other = await server.door.project('workshop/other')
    expect((await server.call('GET', `/projects/${other.id}/variables`, { token: annToken })).status).toBe(403)
    await server.call('DELETE', `/projects/${project.id}`, { token: root })
    await server.call('DELETE', `/projects/${other.id}`, { token: root })
  })

  it('cannot be made where one may not, nor seen', async () => {
    const answer = await server.call('POST', '/projects', {
      token: annToken,
      body: { name: 'x', namespace_path: 'closed' },
    })
    expect(answer).toMatchObject({ status: 404, body: { message: '404 Namespace Not Found' } })
  })

  it('lists show strangers what is public, people what is theirs, administrators all', async () => {
    await server.door.project('open-team/open', { visibility: 'public' })
    const paths = async (token?: string) => {
      const answer = await server.call('GET', '/projects?per_page=100', token === undefined ? {} : { token })
      return (answer.body as { path_with_namespace: string }[]).map(project => project.path_with_namespace)
    }
    expect(await paths()).toEqual(['open-team/open'])
    expect((await paths(annToken)).sort()).toEqual(['ann/mine', 'open-team/open'])
    expect(await paths(root)).toContain('renamed/inner/app')
    expect(await paths(await server.door.token(ann.id, ['read_registry']))).toEqual(['open-team/open'])
  })

  it('pages say how many there are, and where the next one is', async () => {
    const answer = await server.call('GET', '/projects?per_page=1&page=2', { token: root })
    expect(answer.headers).toMatchObject({ 'x-page': '2', 'x-per-page': '1', 'x-next-page': '3', 'x-prev-page': '1' })
    expect(answer.headers.link).toMatch(/page=3&?.*; rel="next"/)
  })

  it('a deleted project takes its repository along, and its id is never given again', async () => {
    const project = await server.door.project('open-team/short-lived')
    await server.door.repositories.ensure(project.id)
    expect((await server.call('DELETE', `/projects/${project.id}`, { token: root })).status).toBe(202)
    const next = await server.door.project('open-team/short-lived')
    expect(next.id).toBeGreaterThan(project.id)
  })
})

describe('members', () => {
  it('inherit from groups above, and the highest role counts', async () => {
    const project = await server.door.project('family/child/app')
    const family = await server.door.group('family')
    await post(`/groups/${family.id}/members`, { user_id: ann.id, access_level: 20 })
    await post(`/projects/${project.id}/members`, { user_id: ann.id, access_level: 40 })
    const all = await server.call('GET', `/projects/${project.id}/members/all/${ann.id}`, { token: root })
    expect(all.body).toMatchObject({ username: 'ann', access_level: 40 })
    expect((await server.call('GET', `/projects/${project.id}/variables`, { token: annToken })).status).toBe(200)
    await server.call('DELETE', `/projects/${project.id}/members/${ann.id}`, { token: root })
    expect((await server.call('GET', `/projects/${project.id}/variables`, { token: annToken })).status).toBe(403)
    expect((await server.call('GET', `/projects/${project.id}`, { token: annToken })).status).toBe(200)
  })

  it('nobody gives more than they have, or takes it from those above', async () => {
    const project = await server.door.project('ladder/app')
    const bob = await server.door.user('bob')
    await post(`/projects/${project.id}/members`, { user_id: ann.id, access_level: 40 })
    const tooMuch = await server.call('POST', `/projects/${project.id}/members`, {
      token: annToken,
      body: { user_id: bob.id, access_level: 50 },
    })
    expect(tooMuch.status).toBe(403)
    await post(`/projects/${project.id}/members`, { user_id: bob.id, access_level: 50 })
    const taken = await server.call('DELETE', `/projects/${project.id}/members/${bob.id}`, { token: annToken })
    expect(taken.status).toBe(403)
    const token = await server.call('POST', `/projects/${project.id}/access_tokens`, {
      token: annToken,
      body: { name: 'x', scopes: ['api'], access_level: 50 },
    })
    expect(token.status).toBe(403)
  })

  it('a group keeps its last owner', async () => {
    const group = await server.door.group('lonely')
    expect((await server.call('DELETE', `/groups/${group.id}/members/1`, { token: root })).status).toBe(403)
    expect(
      (await server.call('PUT', `/groups/${group.id}/members/1`, { token: root, body: { access_level: 30 } })).status,
    ).toBe(403)
  })

  it('an expired membership counts no more', async () => {
    const project = await server.door.project('past/app')
    const place = { kind: 'project', projectId: project.id } as const
    const member = { userId: ann.id, level: 30, expiresAt: '2020-01-01', createdBy: 1 } as const
    await server.door.accounts.stores.members.put(place, member, '2019-01-01T00:00:00.000Z')
    expect((await server.call('GET', `/projects/${project.id}`, { token: annToken })).status).toBe(404)
  })
})

describe('variables', () => {
  it('are sealed in the database, come in the order of their levels, and protected ones only where asked for', async () => {
    const project = await server.door.project('secrets/deep/app')
    const [outer, inner] = [await server.door.group('secrets'), await server.door.group('secrets/deep')]
    await post('/admin/ci/variables', { key: 'WHERE', value: 'instance' })
    await post(`/groups/${outer.id}/variables`, { key: 'WHERE', value: 'outer' })
    await post(`/groups/${inner.id}/variables`, { key: 'WHERE', value: 'inner' })
    await post(`/projects/${project.id}/variables`, {
      key: 'WHERE',
      value: 'project-secret',
      masked: true,
      protected: true,
    })
    const { variables, stores } = server.door.accounts
    const all = await variables.levels({ projectId: project.id, isProtected: true })
    const values = (level: readonly { value: string }[]) => level.map(variable => variable.value)
    expect([values(all.instance), values(all.groups), values(all.project)]).toEqual([
      ['instance'],
      ['outer', 'inner'],
      ['project-secret'],
    ])
    expect((await variables.levels({ projectId: project.id, isProtected: false })).project).toEqual([])
    const [row] = await stores.variables.list({ kind: 'project', projectId: project.id })
    expect(Buffer.from(row?.valueSealed ?? []).toString('latin1')).not.toContain('project-secret')
  })

  it('that are hidden are never shown again', async () => {
    const project = await server.door.project('secrets/hidden')
    await post(`/projects/${project.id}/variables`, { key: 'H', value: 'hidden-value', masked_and_hidden: true })
    const shown = await server.call('GET', `/projects/${project.id}/variables/H`, { token: root })
    expect(shown.body).toMatchObject({ value: null, hidden: true, masked: true })
  })

  it.each([
    ['short', { masked: true }],
    ['has a space', { masked: true }],
    ['two\nlines-and-more', { masked: true }],
    ['dollar$ign-value', { masked: true }],
    ['with white space', { masked: true, raw: true }],
  ])('the value %j cannot be masked with %j', async (value, options) => {
    const project = await server.door.project(`masks/p-${Math.abs(Buffer.from(value).readInt32LE(0))}`)
    const answer = await server.call('POST', `/projects/${project.id}/variables`, {
      token: root,
      body: { key: 'K', value, ...options },
    })
    expect(answer).toMatchObject({ status: 400, body: { message: { value: [expect.stringContaining('is invalid')] } } })
  })
})

describe('the audit record', () => {
  it('tells who changed what, and holds no value', async () => {
    const project = await server.door.project('audited/app')
    await post(`/projects/${project.id}/variables`, { key: 'AUDITED', value: 'never-in-the-record' })
    const events = await server.call('GET', `/projects/${project.id}/audit_events`, { token: root })
    expect(events.body).toMatchObject([{ action: 'createProjectVariable', author_name: 'root', target: 'audited/app' }])
    expect(JSON.stringify(events.body)).not.toContain('never-in-the-record')
  })

  it('names what was made, which no path names', async () => {
    const made = await post<{ readonly path_with_namespace: string }>('/projects', { name: 'new', path: 'new' })
    const events = await server.call('GET', '/audit_events?per_page=100', { token: root })
    const name = made.path_with_namespace
    expect(events.body).toContainEqual(expect.objectContaining({ action: 'createProject', target: name }))
  })
})
