import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JobQueue } from '../../../../src/run/ports.ts'
import type { JobPayload } from '../../../../src/run/protocol.ts'
import { makeRunner } from '../../../support/server/records.ts'
import {
  createRunnerApiWorld,
  jobToken,
  leaseToken,
  type RunnerApiWorld,
  runnerToken,
} from '../../../support/server/runner-api-world.ts'
import { makeZip } from '../../../support/zip.ts'

let world: RunnerApiWorld
beforeEach(async () => {
  world = await createRunnerApiWorld({ artifactBytes: 100_000, longPollMs: 20_000 })
})
afterEach(() => world.close())

const asRunner = { authorization: `Bearer ${runnerToken}` }
const asLease = { 'job-token': leaseToken }
const payload = { id: 7 } as JobPayload

describe('a runner asks for work', () => {
  test('and is told who it is', async () => {
    const answer = await world.app.inject({ url: '/api/v4/slipway/runner', headers: asRunner })
    expect(answer.json()).toEqual({ id: 1, tags: ['docker'], redis: null, classes: ['untagged.branch'] })
  })

  test.each([{}, { authorization: 'Bearer glrt-other' }, { authorization: 'Bearer glpat-x' }])(
    'and needs its token: %o',
    async headers => {
      for (const request of [
        { url: '/api/v4/slipway/runner' },
        { method: 'POST', url: '/api/v4/slipway/claim', payload: { nonce: '12345678' } },
        { method: 'POST', url: '/api/v4/slipway/heartbeat', payload: { leases: [] } },
      ] as const) {
        expect((await world.app.inject({ ...request, headers })).statusCode).toBe(401)
      }
    },
  )

  test('by claim', async () => {
    const claim = (body: object) =>
      world.app.inject({ method: 'POST', url: '/api/v4/slipway/claim', headers: asRunner, payload: body })
    expect((await claim({ nonce: 'nonce-01' })).statusCode).toBe(204)
    world.payload = payload
    const answer = await claim({ nonce: 'nonce-02', job_id: 7, info: { version: '1' } })
    expect([answer.statusCode, answer.json()]).toEqual([201, payload])
    expect(world.told.nonces).toEqual(['nonce-01', 'nonce-02'])
    world.runner = makeRunner({ isPaused: true })
    expect((await claim({ nonce: 'nonce-03' })).statusCode).toBe(204)
    expect((await claim({})).statusCode).toBe(400)
  })

  test('by the long poll of gitlab-runner, and gets what comes while it waits', async () => {
    const asking = world.app.inject({
      method: 'POST',
      url: '/api/v4/jobs/request',
      payload: { token: runnerToken, info: {} },
    })
    await expect.poll(() => world.told.nonces.length).toBe(1)
    world.payload = payload
    const queue = world.bell.ringing({
      wake: async () => undefined,
      cancel: async () => undefined,
    } as unknown as JobQueue)
    await queue.wake([])
    const answer = await asking
    expect([answer.statusCode, answer.json()]).toEqual([201, payload])
    expect(new Set(world.told.nonces).size).toBe(1)
  })

  test('by the long poll with a wrong token, and is refused', async () => {
    const answer = await world.app.inject({ method: 'POST', url: '/api/v4/jobs/request', payload: { token: 'glrt-x' } })
    expect(answer.statusCode).toBe(403)
  })

  test('says which leases live, and hears which are over', async () => {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v4/slipway/heartbeat',
      headers: asRunner,
      payload: { leases: [{ job_id: 9, lease: 1 }] },
    })
    expect(answer.json()).toEqual({ ended: [9], canceling: [] })
  })
})

describe('a log comes in', () => {
  const send = (range: string, text: string, headers: Record<string, string> = asLease) =>
    world.app.inject({
      method: 'PATCH',
      url: '/api/v4/jobs/7/trace',
      headers: { 'content-type': 'text/plain', 'content-range': range, ...headers },
      payload: text,
    })

  test('piece by piece, and its followers are told', async () => {
    const first = await send('0-4', 'hello')
    expect([first.statusCode, first.headers.range, first.headers['job-status']]).toEqual([202, '0-5', 'running'])
    expect((await send('5-10', ' world')).headers.range).toBe('0-11')
    expect(Buffer.from(await world.traces.read(7, { start: 0, end: 99 })).toString()).toBe('hello world')
    expect(world.published.filter(each => each.topic === 'job:7:trace')).toHaveLength(2)
  })

  test('twice, and is kept once', async () => {
    await send('0-4', 'hello')
    expect((await send('0-4', 'hello')).headers.range).toBe('0-5')
    expect((await send('3-6', 'loXX')).headers.range).toBe('0-7')
    expect(world.published).toHaveLength(2)
  })

  test('with a gap, and is told where to go on', async () => {
    await send('0-1', 'ab')
    const answer = await send('5-5', 'x')
    expect([answer.statusCode, answer.headers.range]).toEqual([416, '0-2'])
  })

  test('with the job token, as gitlab-runner sends it', async () => {
    expect((await send('0-1', 'ab', { 'job-token': jobToken })).statusCode).toBe(202)
  })

  test('and says that the job is to be canceled', async () => {
    world.word = 'canceling'
    expect((await send('0-1', 'ab')).headers['job-status']).toBe('canceling')
  })

  test.each(['', 'bytes', 'a-b', '-1-5'])('with a wrong Content-Range, and is refused: %s', async range => {
    expect((await send(range, 'ab')).statusCode).toBe(400)
  })

  test('under a lease that is over, and is refused', async () => {
    world.word = 'stale'
    expect((await send('0-1', 'ab')).statusCode).toBe(409)
    expect((await send('0-1', 'ab', { 'job-token': 'slpl-old' })).statusCode).toBe(409)
    expect((await send('0-1', 'ab', { 'job-token': 'glcbt-old' })).statusCode).toBe(403)
    expect((await send('0-1', 'ab', {})).statusCode).toBe(403)
    expect(await world.traces.size(7)).toBe(0)
  })

  test('for another job than the token’s, and is refused', async () => {
    const answer = await world.app.inject({
      method: 'PATCH',
      url: '/api/v4/jobs/8/trace',
      headers: { 'content-type': 'text/plain', 'content-range': '0-0', ...asLease },
      payload: 'x',
    })
    expect(answer.statusCode).toBe(403)
  })

  test('in pieces that are too large, and is refused', async () => {
    expect((await send('0-9', 'x'.repeat(8 * 1024 * 1024 + 1))).statusCode).toBe(413)
  })
})

describe('a job ends', () => {
  const end = (body: object, headers: Record<string, string> = asLease) =>
    world.app.inject({ method: 'PUT', url: '/api/v4/jobs/7', headers, payload: body })

  test('well', async () => {
    const answer = await end({ token: leaseToken, state: 'success' })
    expect([answer.statusCode, answer.headers['job-status']]).toEqual([200, 'success'])
    expect(world.told.outcome).toEqual({ status: 'success' })
  })

  test('badly, with its reason in our words', async () => {
    await end({
      state: 'failed',
      failure_reason: 'script_failure',
      exit_code: 7,
      slipway: { lease: 1, message: 'it broke' },
    })
    expect(world.told.outcome).toEqual({
      status: 'failed',
      failureReason: 'script_failure',
      failureDetail: null,
      exitCode: 7,
      message: 'it broke',
    })
  })

  test.each([
    ['image_pull_failure', 'runner_system_failure'],
    ['runner_configuration_error', 'script_failure'],
    ['something_new', 'unknown_failure'],
  ])('for the reason %s of newer runners, which counts as %s', async (told, kept) => {
    await end({ state: 'failed', failure_reason: told })
    expect(world.told.outcome).toMatchObject({ failureReason: kept })
  })

  test('with the token in the body, as gitlab-runner sends it', async () => {
    expect((await end({ token: jobToken, state: 'success' }, {})).statusCode).toBe(200)
  })

  test('not yet', async () => {
    expect((await end({ state: 'running' })).statusCode).toBe(200)
    expect(world.told.outcome).toBeNull()
  })

  test('with the coverage that its log tells', async () => {
    world.plan = { coverage: '/Total: (\\d+)%/' }
    const log = Buffer.from(
      `Total: 5%\nTotal: 81%\n${'x'.repeat(70)}\n`.repeat(2).padEnd(400_000, 'no coverage here\n'),
    )
    await world.traces.append({ jobId: 7, lease: 1 }, { start: 0, bytes: log })
    await end({ state: 'success' })
    expect(world.told.coverage).toBe(81)
  })

  test('under a lease that is over, and is not heard', async () => {
    world.word = 'stale'
    expect((await end({ state: 'success' })).statusCode).toBe(409)
    expect((await end({ state: 'success' }, { 'job-token': 'slpl-x' })).statusCode).toBe(409)
    expect((await end({ state: 'success' }, {})).statusCode).toBe(403)
    expect(world.told.outcome).toBeNull()
  })

  test('and has begun before', async () => {
    const begin = () => world.app.inject({ method: 'POST', url: '/api/v4/slipway/jobs/7/begin', headers: asLease })
    expect((await begin()).statusCode).toBe(204)
    world.word = 'stale'
    expect((await begin()).statusCode).toBe(409)
  })
})

describe('artifacts', () => {
  const archive = makeZip([{ name: 'out/a.txt', content: 'hello' }])
  const upload = (query: string, body: Buffer, headers: Record<string, string> = {}) =>
    world.app.inject({
      method: 'POST',
      url: `/api/v4/jobs/7/artifacts${query}`,
      headers: { ...asLease, 'content-type': 'application/octet-stream', ...headers },
      payload: body,
    })

  test('go up as the body and come down to a job of the project', async () => {
    const answer = await upload(
      '?artifact_type=archive&artifact_format=zip&expire_in=2%20days&filename=build.zip',
      archive,
    )
    expect(answer.statusCode).toBe(201)
    expect(await world.artifacts.find(7, 'archive')).toMatchObject({
      filename: 'build.zip',
      sizeBytes: archive.length,
      access: 'all',
      expiresAt: '2026-01-03T00:00:00.000Z',
    })
    for (const token of [jobToken, leaseToken]) {
      const down = await world.app.inject({ url: '/api/v4/jobs/7/artifacts', headers: { 'job-token': token } })
      expect(down.rawPayload.equals(archive)).toBe(true)
      expect(down.headers['content-disposition']).toContain('build.zip')
    }
    expect(
      (await world.app.inject({ url: '/api/v4/jobs/7/artifacts', headers: { 'job-token': 'glcbt-other' } })).statusCode,
    ).toBe(403)
    expect(
      (await world.app.inject({ url: '/api/v4/jobs/9/artifacts', headers: { 'job-token': jobToken } })).statusCode,
    ).toBe(403)
  })

  test('go up as a form, as gitlab-runner sends them', async () => {
    const form = Buffer.concat([
      Buffer.from(
        '--b0undary\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n--b0undary\r\n' +
          'Content-Disposition: form-data; name="file"; filename="artifacts.zip"\r\nContent-Type: application/octet-stream\r\n\r\n',
      ),
      archive,
      Buffer.from('\r\n--b0undary--\r\n'),
    ])
    const answer = await upload('?artifact_type=archive&artifact_format=zip', form, {
      'content-type': 'multipart/form-data; boundary=b0undary',
    })
    expect(answer.statusCode).toBe(201)
    expect(await world.artifacts.find(7, 'archive')).toMatchObject({ sizeBytes: archive.length })
  })

  test('take lifetime and access from the file where the runner says nothing', async () => {
    world.plan = { artifacts: { access: 'developer', expireInSeconds: 60 } } as never
    await upload('', archive)
    expect(await world.artifacts.find(7, 'archive')).toMatchObject({
      access: 'developer',
      expiresAt: '2026-01-01T00:01:00.000Z',
    })
    await upload('?expire_in=never', archive)
    expect(await world.artifacts.find(7, 'archive')).toMatchObject({ expiresAt: null })
  })

  test('are refused when their names lead out of the archive, and leave nothing', async () => {
    const answer = await upload('', makeZip([{ name: '../evil', content: 'x' }]))
    expect(answer.statusCode).toBe(400)
    expect(answer.json().message).toContain('../evil')
    expect(await world.artifacts.find(7, 'archive')).toBeNull()
  })

  test('are refused when they are too large', async () => {
    expect((await upload('?artifact_format=raw', Buffer.alloc(100_001))).statusCode).toBe(413)
  })

  test('are refused under a lease that is over', async () => {
    world.word = 'stale'
    expect((await upload('', archive)).statusCode).toBe(409)
    expect(await world.artifacts.find(7, 'archive')).toBeNull()
  })

  test('hand a dotenv report on', async () => {
    const answer = await upload('?artifact_type=dotenv&artifact_format=gzip', gzipSync('A=1\n'))
    expect(answer.statusCode).toBe(201)
    expect(world.told.dotenv).toBe('A=1\n')
    const bomb = await upload('?artifact_type=dotenv&artifact_format=gzip', gzipSync(Buffer.alloc(6000)))
    expect(bomb.statusCode).toBe(400)
    expect((await upload('?artifact_type=dotenv&artifact_format=gzip', Buffer.from('no gzip'))).statusCode).toBe(400)
  })
})

describe('caches', () => {
  const url = `/api/v4/slipway/jobs/7/caches/${encodeURIComponent('deps/a b')}`
  const put = (digest: string, bytes: Buffer) =>
    world.app.inject({
      method: 'PUT',
      url,
      payload: bytes,
      headers: { ...asLease, etag: `"${digest}"`, 'content-type': 'application/octet-stream' },
    })

  test('are kept by key, with their digest', async () => {
    expect((await world.app.inject({ url, headers: asLease })).statusCode).toBe(404)
    expect((await put('sha1', Buffer.from('one'))).statusCode).toBe(201)
    expect((await put('sha2', Buffer.from('two!'))).statusCode).toBe(201)
    const head = await world.app.inject({ method: 'HEAD', url, headers: asLease })
    expect([head.statusCode, head.headers.etag, head.payload]).toEqual([200, '"sha2"', ''])
    const down = await world.app.inject({ url, headers: asLease })
    expect([down.payload, down.headers['content-length']]).toEqual(['two!', '4'])
    const sha256 = createHash('sha256').update('two!').digest('base64')
    expect(down.headers['repr-digest']).toBe(`sha-256=:${sha256}:`)
  })

  test('of branches are not seen by protected jobs', async () => {
    await put('sha1', Buffer.from('evil'))
    world.isProtected = true
    expect((await world.app.inject({ url, headers: asLease })).statusCode).toBe(404)
    await put('sha2', Buffer.from('good'))
    world.isProtected = false
    expect((await world.app.inject({ url, headers: asLease })).payload).toBe('evil')
  })

  test('need a digest and a living lease', async () => {
    const bare = await world.app.inject({
      method: 'PUT',
      url,
      headers: { ...asLease, 'content-type': 'application/octet-stream' },
      payload: 'x',
    })
    expect(bare.statusCode).toBe(400)
    world.word = 'stale'
    expect((await put('sha', Buffer.from('x'))).statusCode).toBe(409)
    expect((await world.app.inject({ url, headers: { 'job-token': 'slpl-x' } })).statusCode).toBe(409)
  })
})

describe('a runner token', () => {
  test('is verified, and removes its runner', async () => {
    const verify = (token: string) =>
      world.app.inject({ method: 'POST', url: '/api/v4/runners/verify', payload: { token } })
    expect((await verify(runnerToken)).json()).toEqual({ id: 1, token: runnerToken, token_expires_at: null })
    expect((await verify('glrt-x')).statusCode).toBe(403)
    const gone = await world.app.inject({ method: 'DELETE', url: '/api/v4/runners', payload: { token: runnerToken } })
    expect(gone.statusCode).toBe(204)
    expect((await verify(runnerToken)).statusCode).toBe(403)
  })
})
