// Who may do what at the registry's door: the token flow, scopes, jobs, switches, and what strangers learn.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  basic,
  createRegistryClient,
  errorCodes,
  fetchToken,
  type Login,
  locationOf,
  pushBlob,
  pushImage,
  type RegistryClient,
  type Reply,
  randomContent,
  withDigest,
} from '../../support/registry/registry-client.ts'
import { addJob, startTestRegistry, type TestRegistry } from '../../support/registry/test-registry.ts'

let registry: TestRegistry
const clients: RegistryClient[] = []

beforeEach(async () => {
  registry = await startTestRegistry()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await registry.stop()
  expect(registry.bugs).toEqual([])
})

const as = (name: string | Login | null): RegistryClient => {
  const login = typeof name === 'string' ? { username: name, password: name } : name
  const client = createRegistryClient(registry.url, login)
  clients.push(client)
  return client
}
const message = (reply: Reply) => (reply.json() as { errors: { message: string }[] }).errors[0]?.message
const challenge = (reply: Reply) => String(reply.headers['www-authenticate'])
const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const job: Login = { username: 'gitlab-ci-token', password: 'job-secret' }

describe('the token flow', () => {
  test('without a token, /v2/ and every repository answer with a challenge that names the scope', async () => {
    const base = await as(null).send('GET', '/v2/')
    expect(base.status).toBe(401)
    expect(challenge(base)).toBe(`Bearer realm="${registry.url}/jwt/auth",service="container_registry"`)
    const push = await as(null).send('POST', '/v2/g/public/blobs/uploads/')
    expect([push.status, errorCodes(push)]).toEqual([401, ['UNAUTHORIZED']])
    expect(challenge(push)).toContain('scope="repository:g/public:pull,push"')
  })

  test('a login without scopes gets a token that is good for /v2/', async () => {
    const token = await fetchToken(registry.url, { username: 'dev', password: 'dev' }, [])
    expect((await as(null).send('GET', '/v2/', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
  })

  test('wrong credentials are refused, at the endpoint and directly', async () => {
    const headers = { authorization: basic({ username: 'dev', password: 'wrong' }) }
    const reply = await as(null).send('GET', '/jwt/auth?service=container_registry', { headers })
    expect([reply.status, errorCodes(reply)]).toEqual([401, ['UNAUTHORIZED']])
    expect((await as(null).send('GET', '/v2/', { headers })).status).toBe(401)
  })

  test('name and password are taken directly as well', async () => {
    const headers = { authorization: basic({ username: 'dev', password: 'dev' }) }
    expect((await as(null).send('POST', '/v2/g/p/blobs/uploads/', { headers })).status).toBe(202)
  })

  test('the endpoint gives what was asked, cut to what is allowed, and never refuses', async () => {
    const scopes = [
      'repository:g/p:pull,push',
      'repository:g/public:pull,push',
      'repository:hidden/project:pull',
      'registry:catalog:*',
    ]
    const access = async (login: Login | null) => claims(await fetchToken(registry.url, login, scopes)).access
    expect(await access({ username: 'reporter', password: 'reporter' })).toEqual([
      { type: 'repository', name: 'g/p', actions: ['pull'] },
      { type: 'repository', name: 'g/public', actions: ['pull'] },
    ])
    expect(await access(null)).toEqual([{ type: 'repository', name: 'g/public', actions: ['pull'] }])
    expect((await access({ username: 'root', password: 'root' })).length).toBe(4)
  })

  test('OAuth2’s form works by POST, and what is not served is told', async () => {
    const post = (form: Record<string, string>) =>
      as(null).send('POST', '/jwt/auth', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      })
    const form = {
      grant_type: 'password',
      username: 'dev',
      password: 'dev',
      service: 'x',
      scope: 'repository:g/p:pull repository:g/other:push',
    }
    const granted = (await post(form)).json() as { access_token: string; scope: string }
    expect(granted.scope).toBe('repository:g/p:pull repository:g/other:push')
    expect((await post({ ...form, password: 'wrong' })).status).toBe(401)
    expect((await post({ ...form, grant_type: 'refresh_token' })).json()).toMatchObject({
      error: 'unsupported_grant_type',
    })
  })

  test('a forged, garbled or foreign token is refused', async () => {
    const token = await fetchToken(registry.url, { username: 'reporter', password: 'reporter' }, [
      'repository:g/p:pull',
    ])
    const [head = '', payload = '', signature = ''] = token.split('.')
    const root = Buffer.from(
      JSON.stringify({ ...claims(token), actor: { kind: 'user', userId: 1, username: 'root', isAdmin: true } }),
    )
    const none = Buffer.from('{"typ":"JWT","alg":"none"}').toString('base64url')
    for (const bad of [
      `${head}.${root.toString('base64url')}.${signature}`,
      `${none}.${payload}.`,
      `${head}.${payload}`,
      'x',
      '..',
      `${token}x`,
    ]) {
      const reply = await as(null).send('GET', '/v2/', { headers: { authorization: `Bearer ${bad}` } })
      expect(reply.status).toBe(401)
    }
  })

  test('an expired token is refused, except for going on with an upload that the same user began', async () => {
    const client = as('dev')
    const blob = randomContent(100)
    const started = await client.send('POST', '/v2/g/p/blobs/uploads/')
    const foreign = await as('root').send('POST', '/v2/g/p/blobs/uploads/')
    registry.pass(16 * 60 * 1000)
    expect((await client.send('POST', '/v2/g/p/blobs/uploads/')).status).toBe(401)
    expect((await client.send('PATCH', locationOf(foreign), { body: 'x' })).status).toBe(401)
    const patched = await client.send('PATCH', locationOf(started), { body: blob.bytes })
    expect(patched.status).toBe(202)
    expect((await client.send('PUT', withDigest(locationOf(patched), blob.digest))).status).toBe(201)
    expect(challenge(await client.send('HEAD', `/v2/g/p/blobs/${blob.digest}`))).toContain('error="invalid_token"')
  })
})

describe('rights', () => {
  test('a developer pushes, a reporter only pulls and learns why, a stranger learns nothing', async () => {
    await pushImage(as('dev'), 'g/p', 'x')
    expect((await as('reporter').send('GET', '/v2/g/p/manifests/x')).status).toBe(200)
    const push = await as('reporter').send('POST', '/v2/g/p/blobs/uploads/')
    expect([push.status, errorCodes(push), message(push)]).toEqual([
      403,
      ['DENIED'],
      'push_registry needs the role developer in this project',
    ])
    expect((await as('stranger').send('GET', '/v2/g/p/manifests/x')).status).toBe(401)
  })

  test('refusals of those who are known, and deletions, are in the audit log', async () => {
    await pushImage(as('dev'), 'g/p', 'x')
    await as('reporter').send('DELETE', '/v2/g/p/manifests/x')
    await as('stranger').send('DELETE', '/v2/g/p/manifests/x')
    await as('dev').send('DELETE', '/v2/g/p/manifests/x')
    expect(registry.audited).toEqual([
      'reporter registry_denied DELETE /v2/g/p/manifests/x',
      'dev registry_deleted DELETE /v2/g/p/manifests/x',
    ])
  })

  test('a private project and one that does not exist answer alike', async () => {
    await pushImage(as('root'), 'hidden/project', 'x')
    const paths = (name: string) => [
      `/v2/${name}/manifests/x`,
      `/v2/${name}/tags/list`,
      `/v2/${name}/blobs/sha256:${'0'.repeat(64)}`,
    ]
    for (const who of ['stranger', null]) {
      for (const [index, path] of paths('hidden/project').entries()) {
        const hidden = await as(who).send('GET', path)
        const absent = await as(who).send('GET', paths('absent/project')[index] ?? '')
        const plain = (reply: Reply) =>
          JSON.stringify([reply.status, reply.json(), challenge(reply)]).replaceAll(/hidden|absent/g, '')
        expect(plain(hidden)).toBe(plain(absent))
      }
    }
  })

  test('an administrator is told that there is no such project', async () => {
    const reply = await as('root').send('POST', '/v2/no/project/blobs/uploads/')
    expect([reply.status, errorCodes(reply)]).toEqual([404, ['NAME_UNKNOWN']])
    expect(message(reply)).toContain('create it first')
  })

  test('who could make the project is told the same, others are not', async () => {
    const reply = await as('dev').send('POST', '/v2/g/new/app/blobs/uploads/')
    expect([reply.status, errorCodes(reply)]).toEqual([404, ['NAME_UNKNOWN']])
    expect(message(reply)).toContain('slipway project create g/new')
    for (const name of ['reporter', 'stranger'])
      expect((await as(name).send('POST', '/v2/g/new/app/blobs/uploads/')).status).toBe(401)
    expect((await as('dev').send('POST', '/v2/hidden/new/blobs/uploads/')).status).toBe(401)
  })

  test('anybody pulls from a public project, with a token', async () => {
    await pushImage(as('dev'), 'g/public', 'x')
    const token = await fetchToken(registry.url, null, ['repository:g/public:pull'])
    const headers = { authorization: `Bearer ${token}` }
    expect((await as(null).send('GET', '/v2/g/public/manifests/x', { headers })).status).toBe(200)
    expect((await as(null).send('POST', '/v2/g/public/blobs/uploads/', { headers })).status).toBe(401)
    expect((await as(null).send('GET', '/v2/g/public/manifests/x')).status).toBe(401)
  })

  test('a token for one action or repository is not good for another', async () => {
    await pushImage(as('dev'), 'g/p', 'x')
    const token = await fetchToken(registry.url, { username: 'dev', password: 'dev' }, ['repository:g/p:pull'])
    const headers = { authorization: `Bearer ${token}` }
    expect((await as(null).send('GET', '/v2/g/p/manifests/x', { headers })).status).toBe(200)
    for (const [method, path] of [
      ['POST', '/v2/g/p/blobs/uploads/'],
      ['DELETE', '/v2/g/p/manifests/x'],
      ['GET', '/v2/g/other/tags/list'],
    ] as const) {
      const reply = await as(null).send(method, path, { headers })
      expect([reply.status, challenge(reply)]).toEqual([401, expect.stringContaining('error="insufficient_scope"')])
    }
  })

  test('a role that is taken away counts within a second, whatever the token says', async () => {
    const client = as('dev')
    await pushImage(client, 'g/p', 'x')
    registry.access.projects.get(1)?.members.set(2, 'reporter')
    registry.pass(1000)
    expect((await client.send('POST', '/v2/g/p/blobs/uploads/')).status).toBe(403)
  })

  test('who was blocked is out within a second, whatever the token says', async () => {
    const token = await fetchToken(registry.url, { username: 'dev', password: 'dev' }, ['repository:g/p:pull,push'])
    const begin = () =>
      as(null).send('POST', '/v2/g/p/blobs/uploads/', { headers: { authorization: `Bearer ${token}` } })
    expect((await begin()).status).toBe(202)
    registry.access.blocked.add(2)
    registry.pass(1000)
    const reply = await begin()
    expect([reply.status, challenge(reply)]).toEqual([401, expect.stringContaining('error="invalid_token"')])
  })

  test('the catalog is for administrators', async () => {
    await pushImage(as('dev'), 'g/p/deep/er', 'x')
    expect((await as('root').send('GET', '/v2/_catalog')).json()).toEqual({ repositories: ['g/p/deep/er'] })
    expect((await as('dev').send('GET', '/v2/_catalog')).status).toBe(401)
  })

  test('a project whose path has upper case is found by its lower-case name', async () => {
    const project = registry.access.projects.get(1)
    if (project !== undefined) project.project = { ...project.project, fullPath: 'G/P' }
    await pushImage(as('dev'), 'g/p', 'x')
    expect((await as('root').send('GET', '/v2/_catalog')).json()).toEqual({ repositories: ['g/p'] })
  })

  test('a renamed project keeps its images under the new name', async () => {
    const { manifest } = await pushImage(as('dev'), 'g/p/app', 'x')
    const project = registry.access.projects.get(1)
    if (project !== undefined) project.project = { ...project.project, fullPath: 'new/name' }
    registry.pass(1000)
    const reply = await as('dev').send('GET', '/v2/new/name/app/manifests/x')
    expect(reply.headers['docker-content-digest']).toBe(manifest.digest)
  })
})

describe('mounts', () => {
  test('give nobody what they may not pull, and do not tell that it is there', async () => {
    const blob = randomContent(100)
    await pushBlob(as('root'), 'hidden/project', blob)
    const mount = (from: string) => as('dev').send('POST', `/v2/g/p/blobs/uploads/?mount=${blob.digest}${from}`)
    expect((await mount('&from=hidden/project')).status).toBe(202)
    expect((await mount('&from=absent/project')).status).toBe(202)
    expect((await mount('')).status).toBe(202)
    expect((await as('dev').send('HEAD', `/v2/g/p/blobs/${blob.digest}`)).status).toBe(404)
  })

  test('need no more than the right to pull from the source', async () => {
    const blob = randomContent(100)
    await pushBlob(as('dev'), 'g/other', blob)
    expect((await as('dev').send('POST', `/v2/g/p/blobs/uploads/?mount=${blob.digest}&from=g/other`)).status).toBe(201)
  })
})

describe('switches', () => {
  test('a registry that is switched off says so to members, and keeps its data', async () => {
    await pushImage(as('dev'), 'g/p', 'x')
    const project = registry.access.projects.get(1)
    const turn = (registryEnabled: boolean) => {
      if (project !== undefined) project.project = { ...project.project, registryEnabled }
      registry.pass(1000)
    }
    turn(false)
    const push = await as('dev').send('POST', '/v2/g/p/blobs/uploads/')
    expect([push.status, message(push)]).toEqual([403, 'the container registry of g/p is switched off'])
    expect((await as('dev').send('GET', '/v2/g/p/manifests/x')).status).toBe(403)
    expect((await as('stranger').send('GET', '/v2/g/p/manifests/x')).status).toBe(401)
    turn(true)
    expect((await as('dev').send('GET', '/v2/g/p/manifests/x')).status).toBe(200)
  })

  test('the administrator’s switch is for all', async () => {
    registry.access.registryOn = false
    const push = await as('dev').send('POST', '/v2/g/p/blobs/uploads/')
    expect([push.status, message(push)]).toEqual([403, 'the container registry is switched off by the administrator'])
  })
})

describe('a job', () => {
  test('pushes to its own project, and its tag tells job, pipeline and commit', async () => {
    addJob(registry, 7, 1, job.password)
    await pushImage(as(job), 'g/p/app', 'x')
    const tag = await registry.database.selectFrom('registry_tag').selectAll().executeTakeFirstOrThrow()
    expect(tag).toMatchObject({
      pushed_by: 'dev',
      pushed_by_user_id: 2,
      job_id: 7,
      pipeline_id: 70,
      commit_sha: 'c'.repeat(40),
    })
    expect(registry.events.map(event => [event.action, event.repository, event.tag, event.actor.kind])).toEqual([
      ['push', 'g/p/app', 'x', 'job'],
    ])
  })

  test('pulls from projects that allow it, and pushes to no other', async () => {
    await pushImage(as('dev'), 'g/other', 'x')
    addJob(registry, 7, 1, job.password)
    expect((await as(job).send('GET', '/v2/g/other/manifests/x')).status).toBe(401)
    registry.access.projects.get(2)?.allowedJobProjects.add(1)
    registry.pass(1000)
    expect((await as(job).send('GET', '/v2/g/other/manifests/x')).status).toBe(200)
    expect((await as(job).send('POST', '/v2/g/other/blobs/uploads/')).status).toBe(403)
  })

  test('can do nothing any more once it has ended, though its token has not expired', async () => {
    addJob(registry, 7, 1, job.password)
    const client = as(job)
    await pushImage(client, 'g/p', 'x')
    const started = await client.send('POST', '/v2/g/p/blobs/uploads/')
    registry.jobs.delete(7)
    registry.pass(1000)
    for (const reply of [
      await client.send('GET', '/v2/g/p/manifests/x'),
      await client.send('POST', '/v2/g/p/blobs/uploads/'),
      await client.send('PATCH', locationOf(started), { body: 'x' }),
    ]) {
      expect([reply.status, message(reply)]).toEqual([401, 'the job has ended, and its token with it'])
    }
    expect((await client.send('GET', '/v2/')).status).toBe(401)
  })
})
