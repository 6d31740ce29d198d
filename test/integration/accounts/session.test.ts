// Signing in, cookies, CSRF, lock-out, and the headers that every answer carries.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AccountServer, openAccountServer } from '../../support/accounts/server.ts'

let server: AccountServer
const password = 'a long enough password'

beforeAll(async () => {
  server = await openAccountServer()
  await server.door.user('ann', { password })
})
afterAll(() => server.close())

type SignedIn = { readonly cookie: string; readonly csrf: string }

async function signIn(login = 'ann', given = password): Promise<SignedIn> {
  const answer = await server.call('POST', '/slipway/session', { body: { login, password: given } })
  expect(answer.status).toBe(201)
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? ''
  return { cookie, csrf: (answer.body as { csrf_token: string }).csrf_token }
}

describe('signing in', () => {
  it('gives an HttpOnly cookie of the same site, and tells who it is', async () => {
    const answer = await server.call('POST', '/slipway/session', { body: { login: 'ANN', password } })
    expect(answer.body).toMatchObject({ user: { username: 'ann', is_admin: false } })
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(/^slipway_session=slps-[\w-]{32}; /)
    expect(cookie).toContain('HttpOnly')
    expect(cookie).toContain('SameSite=Lax')
    expect(cookie).toContain('Path=/')
  })

  it('by mail address works as well', async () => {
    await signIn('ann@example.com')
  })

  it('ends with the sign-out: the cookie is worth nothing any more', async () => {
    const { cookie, csrf } = await signIn()
    const headers = { cookie, 'x-csrf-token': csrf }
    expect((await server.call('GET', '/user', { headers })).status).toBe(200)
    expect((await server.call('DELETE', '/slipway/session', { headers })).status).toBe(204)
    expect((await server.call('GET', '/user', { headers })).status).toBe(401)
    expect((await server.call('GET', '/slipway/session', { headers })).body).toEqual({ user: null, csrf_token: null })
  })

  it('fails in the same words for a wrong password and an unknown name', async () => {
    const wrong = await server.call('POST', '/slipway/session', {
      body: { login: 'ann', password: 'not the password' },
    })
    const unknown = await server.call('POST', '/slipway/session', {
      body: { login: 'nobody', password: 'not the password' },
    })
    expect(wrong).toMatchObject({ status: 401 })
    expect(unknown.body).toEqual(wrong.body)
  })

  it('is over at once for somebody who is blocked', async () => {
    const user = await server.door.user('blocked', { password })
    const { cookie } = await signIn('blocked')
    await server.call('POST', `/users/${user.id}/block`, { token: await server.door.token(1) })
    expect((await server.call('GET', '/user', { headers: { cookie } })).status).toBe(401)
    expect((await server.call('POST', '/slipway/session', { body: { login: 'blocked', password } })).status).toBe(401)
  })

  it('and everywhere else, ends when the password changes', async () => {
    const user = await server.door.user('changer', { password })
    const { cookie } = await signIn('changer')
    const changed = await server.call('PUT', `/users/${user.id}`, {
      token: await server.door.token(1),
      body: { password: 'another password' },
    })
    expect(changed.status).toBe(200)
    expect((await server.call('GET', '/user', { headers: { cookie } })).status).toBe(401)
    await signIn('changer', 'another password')
  })
})

describe('signing up', () => {
  const body = { username: 'newcomer', email: 'newcomer@example.com', password }

  it('is closed until an administrator opens it', async () => {
    expect((await server.call('POST', '/slipway/registration', { body })).status).toBe(403)
    await server.call('PUT', '/application/settings', {
      token: await server.door.token(1),
      body: { signup_enabled: true },
    })
    expect((await server.call('POST', '/slipway/registration', { body })).status).toBe(201)
    await signIn('newcomer')
  })

  it('makes no administrators', async () => {
    const answer = await server.call('POST', '/slipway/registration', {
      body: { username: 'greedy', email: 'greedy@example.com', password, admin: true, is_admin: true },
    })
    expect(answer.body).toMatchObject({ is_admin: false })
  })
})

describe('the lock-out', () => {
  beforeEach(() => server.door.user('guessed', { password }).catch(() => undefined))

  it('refuses even the right password after ten failures, and tells how long', async () => {
    for (let count = 0; count < 10; count++) {
      await server.call('POST', '/slipway/session', { body: { login: 'guessed', password: `guess ${count}` } })
    }
    const answer = await server.call('POST', '/slipway/session', { body: { login: 'guessed', password } })
    expect(answer.status).toBe(429)
    expect(answer.body).toEqual({ message: 'Too many failed attempts. Try again in 10 minutes.' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(500)
    const basic = { kind: 'basic', username: 'guessed', password, address: '127.0.0.1' } as const
    expect(await server.door.accounts.access.authenticate(basic)).toBeNull()
  })

  it('leaves a record for administrators', async () => {
    const events = await server.call('GET', '/audit_events?per_page=100', { token: await server.door.token(1) })
    expect(events.body).toContainEqual(expect.objectContaining({ action: 'sign_in_failed', target: 'guessed' }))
  })
})

describe('a request that a cookie carries', () => {
  const body = { name: 'from a page' }

  it('changes something only with the token of its session', async () => {
    const { cookie, csrf } = await signIn()
    const other = await signIn()
    const send = (headers: Readonly<Record<string, string>>) =>
      server.call('PUT', '/slipway/user', { headers: { cookie, ...headers }, body })
    expect((await send({})).status).toBe(403)
    expect((await send({ 'x-csrf-token': 'guess' })).status).toBe(403)
    expect((await send({ 'x-csrf-token': other.csrf })).status).toBe(403)
    expect((await send({ 'x-csrf-token': csrf })).status).toBe(200)
  })

  it('is refused from another origin, even with the token', async () => {
    const { cookie, csrf } = await signIn()
    const send = (origin: string) =>
      server.call('PUT', '/slipway/user', { headers: { cookie, origin, 'x-csrf-token': csrf }, body })
    expect((await send('https://evil.example.com')).status).toBe(403)
    expect((await send('null')).status).toBe(403)
    expect((await send('http://ci.example.com')).status).toBe(200)
  })

  it('with a stale cookie still signs in again', async () => {
    const answer = await server.call('POST', '/slipway/session', {
      headers: { cookie: 'slipway_session=slps-gone' },
      body: { login: 'ann', password },
    })
    expect(answer.status).toBe(201)
  })

  it('signing in is refused from another origin', async () => {
    const answer = await server.call('POST', '/slipway/session', {
      headers: { origin: 'https://evil.example.com' },
      body: { login: 'ann', password },
    })
    expect(answer.status).toBe(403)
  })
})

describe('every answer', () => {
  it.each(['/api/v4/user', '/nothing', '/-/live', '/api/openapi.json'])('to %s has the strict headers', async path => {
    const { headers } = await server.app.inject({ url: path })
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
  })
})

describe('tokens', () => {
  it('are taken from headers, never from the URL', async () => {
    const token = await server.door.token(1)
    expect((await server.call('GET', '/user', { headers: { 'private-token': token } })).status).toBe(200)
    expect((await server.call('GET', '/user', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    const query = await server.call('GET', `/user?private_token=${token}`)
    expect(query.status).toBe(401)
    expect(JSON.stringify(query.body)).not.toContain(token)
  })

  it('that are wrong are refused even where nobody has to sign in', async () => {
    expect((await server.call('GET', '/projects', {})).status).toBe(200)
    expect((await server.call('GET', '/user', { token: 'glpat-wrong' })).status).toBe(401)
  })

  it('are shown once, kept as a hash, and die with their rotation, revocation and expiry', async () => {
    const user = await server.door.user('holder')
    const first = await server.door.token(user.id)
    const rotated = await server.call('POST', '/personal_access_tokens/self/rotate', { token: first })
    expect(rotated.status).toBe(200)
    const { token: second, id } = rotated.body as { token: string; id: number }
    expect((await server.call('GET', '/user', { token: first })).status).toBe(401)
    const list = await server.call('GET', '/personal_access_tokens', { token: second })
    expect(JSON.stringify(list.body)).not.toContain('glpat-')
    expect((await server.call('DELETE', `/personal_access_tokens/${id}`, { token: second })).status).toBe(204)
    expect((await server.call('GET', '/user', { token: second })).status).toBe(401)
  })

  it('cannot be read or revoked by others', async () => {
    const [one, other] = [await server.door.user('one'), await server.door.user('other')]
    const token = await server.door.token(one.id)
    const mine = (await server.call('GET', '/personal_access_tokens', { token })).body as { id: number }[]
    const others = await server.door.token(other.id)
    expect((await server.call('GET', `/personal_access_tokens/${mine[0]?.id}`, { token: others })).status).toBe(404)
    expect((await server.call('DELETE', `/personal_access_tokens/${mine[0]?.id}`, { token: others })).status).toBe(404)
    expect((await server.call('GET', `/personal_access_tokens?user_id=${one.id}`, { token: others })).status).toBe(401)
  })
})
