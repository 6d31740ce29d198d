import { Type } from '@fastify/type-provider-typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { invalid } from '../../../../src/access/errors.ts'
import { AppError } from '../../../../src/kit/errors.ts'
import { createLog } from '../../../../src/kit/log.ts'
import { type App, createApp } from '../../../../src/server/app.ts'
import { badRequest, Denial, notFound } from '../../../../src/server/plugins/errors.ts'

const failures: Readonly<Record<string, () => Error>> = {
  denied: () => new Denial(403, '403 Forbidden', 'for a reason'),
  scope: () => new Denial(403, '403 Forbidden', 'insufficient_scope: the token needs api'),
  missing: () => notFound('Branch'),
  bad: () => badRequest('what is this'),
  field: () => invalid('path', 'is taken'),
  known: () => new AppError('slice.gone', 'it is gone'),
  slow: () => new AppError('access.too_many_attempts', 'wait', { detail: { retryAfterSeconds: 7 } }),
  unknown: () => new AppError('slice.unheard_of', 'an internal detail'),
  bug: () => new TypeError('cannot read secret of undefined'),
}

let app: App
const logged: string[] = []

beforeAll(async () => {
  app = await createApp({
    access: { authenticate: async () => ({ kind: 'anonymous' }) } as never,
    audit: { record: async () => {} },
    runnerDoor: { runner: async () => null, lease: async () => null },
    health: {
      ready: async () => ({ ready: false, checks: { redis: 'gone' } }),
      metrics: async () => ({ contentType: 'text/plain', text: 'up 1' }),
    },
    log: createLog({ level: 'error', destination: { write: line => void logged.push(line) } }),
    version: '0',
    url: 'http://ci.example.com',
    raw: [],
    errors: [{ 'slice.gone': 410 }],
    resources: [
      app => {
        app.get(
          '/fail/:how',
          { config: { policy: { kind: 'public' } }, schema: { params: Type.Object({ how: Type.String() }) } },
          async request => {
            throw failures[request.params.how]?.() ?? new Error('no such failure')
          },
        )
        app.post(
          '/number',
          { config: { policy: { kind: 'public' } }, schema: { body: Type.Object({ n: Type.Integer() }) } },
          async () => ({}),
        )
      },
    ],
  })
})
afterAll(() => app.close())

describe('failures become GitLab’s bodies', () => {
  it.each([
    ['denied', 403, { message: '403 Forbidden - for a reason' }],
    ['scope', 403, { error: 'insufficient_scope', error_description: 'insufficient_scope: the token needs api' }],
    ['missing', 404, { message: '404 Branch Not Found' }],
    ['bad', 400, { message: '400 Bad request - what is this' }],
    ['field', 400, { message: { path: ['is taken'] } }],
    ['known', 410, { message: 'it is gone' }],
    ['slow', 429, { message: 'wait' }],
    ['unknown', 500, { message: '500 Internal Server Error' }],
    ['bug', 500, { message: '500 Internal Server Error' }],
  ])('%s: %i', async (how, status, body) => {
    const answer = await app.inject(`/fail/${how}`)
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toEqual(body)
  })

  it('a bug is logged with its stack, and an expected failure is not', async () => {
    logged.length = 0
    await app.inject('/fail/bug')
    await app.inject('/fail/missing')
    expect(logged).toHaveLength(1)
    expect(logged[0]).toContain('cannot read secret of undefined')
  })

  it('too many attempts tell when to come again', async () => {
    expect((await app.inject('/fail/slow')).headers['retry-after']).toBe('7')
  })

  it('a request that does not fit the schema names the field', async () => {
    expect((await app.inject({ method: 'POST', url: '/number', payload: {} })).json()).toEqual({
      error: 'n is missing',
    })
    expect((await app.inject({ method: 'POST', url: '/number', payload: { n: 'x' } })).json()).toEqual({
      error: 'n must be integer',
    })
  })

  it('an unknown route is a 404', async () => {
    const answer = await app.inject('/api/v4/nothing')
    expect([answer.statusCode, answer.json()]).toEqual([404, { error: '404 Not Found' }])
  })
})

describe('health', () => {
  it('is not ready while a check fails, and says which', async () => {
    const answer = await app.inject('/-/ready')
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'failed', checks: { redis: 'gone' } }])
    expect((await app.inject('/-/live')).statusCode).toBe(200)
  })

  it('shows metrics to this machine, and through a proxy only to administrators', async () => {
    expect((await app.inject('/metrics')).body).toBe('up 1')
    expect((await app.inject({ url: '/metrics', headers: { 'x-forwarded-for': '203.0.113.9' } })).statusCode).toBe(403)
    expect((await app.inject({ url: '/metrics', remoteAddress: '203.0.113.9' })).statusCode).toBe(403)
  })
})

it('a route without a policy makes the start fail', async () => {
  const start = createApp({
    access: {} as never,
    audit: { record: async () => {} },
    runnerDoor: {} as never,
    health: {} as never,
    log: createLog({ level: 'silent' }),
    version: '0',
    url: 'http://ci.example.com',
    raw: [],
    resources: [app => void app.get('/forgotten', async () => '')],
  })
  await expect(start).rejects.toThrow('GET /forgotten has no config.policy')
})
