import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '../../../../src/access/model.ts'
import type { Credentials, ProjectAccess } from '../../../../src/access/ports.ts'
import type { LiveBus } from '../../../../src/run/ports.ts'
import type { JobRecord, PipelineRecord } from '../../../../src/run/records.ts'
import { createLive, type Live } from '../../../../src/server/live/live.ts'
import { connectLive, type LiveClient } from '../../../support/live-client.ts'
import { createMemoryBus } from '../../../support/memory-bus.ts'

const log = Buffer.from('hello from the job\n')
const person: Actor = { kind: 'user', userId: 1, username: 'ada', isAdmin: false, via: 'session', scopes: 'all' }

let bus: LiveBus
let live: Live
let server: Server
let url: string
let members: string[]
let tokens: string[]
let clients: LiveClient[]

const access = {
  authenticate: async (credentials: Credentials): Promise<Actor | null> => {
    if (credentials.kind === 'none') return { kind: 'anonymous' }
    const secret =
      credentials.kind === 'session' ? credentials.session : credentials.kind === 'token' ? credentials.token : ''
    return tokens.includes(secret) ? { ...person, username: secret, isAdmin: secret === 'root' } : null
  },
  project: async (actor: Actor, key: number | string): Promise<ProjectAccess | null> => {
    if (key !== 5) return null
    const isMember = actor.kind === 'user' && members.includes(actor.username)
    const may = () =>
      isMember ? ({ allowed: true } as const) : ({ allowed: false, hidden: true, reason: 'no member' } as const)
    return { may } as unknown as ProjectAccess
  },
}

const changed = (status: string, jobs: readonly object[]) => ({
  kind: 'run_changed',
  projectId: 5,
  pipelineId: 3,
  status,
  jobs,
})

const reads = {
  job: async (id: number) =>
    id === 7 || id === 8
      ? ({ id, projectId: 5, pipelineId: 3, status: id === 8 ? 'success' : 'running' } as JobRecord)
      : null,
  pipeline: async (id: number) => (id === 3 ? ({ id, projectId: 5 } as PipelineRecord) : null),
}

const traces = {
  size: async () => log.length,
  read: async (_: number, { start, end }: { start: number; end: number }) => log.subarray(start, end),
}

function connect(headers: Readonly<Record<string, string>> = {}): LiveClient {
  const client = connectLive(url, headers)
  clients.push(client)
  return client
}

beforeEach(async () => {
  bus = createMemoryBus()
  members = ['ada']
  tokens = ['ada', 'eve', 'root']
  clients = []
  live = createLive({ access, reads, traces, bus, log: pino({ level: 'silent' }), url: 'https://ci.example.com' })
  server = createServer().on('upgrade', live.handleUpgrade)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  await live.close()
  server.close()
})

describe('the live WebSocket', () => {
  test('streams a trace to a member and tells its end', async () => {
    const client = connect({ authorization: 'Bearer ada' })
    client.send({ type: 'subscribe', topic: 'job:7:trace' })
    await expect.poll(client.text).toBe(log.toString())
    expect(client.messages[0]).toEqual({ type: 'ready', user: { id: 1, username: 'ada' } })
    bus.publish('pipeline:3', changed('running', [{ id: 7, status: 'failed' }]))
    await expect
      .poll(() => client.messages.at(-1))
      .toMatchObject({ type: 'trace_end', status: 'failed', length: log.length })
  })

  test('tells the end of a trace at once when the job has ended', async () => {
    const client = connect({ 'private-token': 'ada' })
    client.send({ type: 'subscribe', topic: 'job:8:trace', offset: 6 })
    await expect.poll(() => client.messages.at(-1)).toMatchObject({ type: 'trace_end', status: 'success' })
    expect(client.text()).toBe('from the job\n')
  })

  test('sends the events of a pipeline', async () => {
    const client = connect({ authorization: 'Bearer ada' })
    client.send({ type: 'subscribe', topic: 'pipeline:3' })
    await expect.poll(() => client.messages.at(-1)?.type).toBe('subscribed')
    bus.publish('pipeline:3', { ...changed('success', []), secret: 'left out' })
    bus.publish('pipeline:3', { kind: 'unknown' })
    await expect
      .poll(() => client.messages.at(-1))
      .toMatchObject({
        type: 'events',
        events: [{ kind: 'pipeline', projectId: 5, pipelineId: 3, status: 'success' }],
      })
    expect(JSON.stringify(client.messages)).not.toContain('left out')
    bus.publish('pipeline:3', changed('running', [{ id: 8, status: 'running' }]))
    await expect
      .poll(() => client.messages.at(-1))
      .toMatchObject({
        events: [{ kind: 'pipeline' }, { kind: 'job', jobId: 8, status: 'success' }],
      })
  })

  test('takes a token by a first message', async () => {
    const client = connect()
    client.send({ type: 'subscribe', topic: 'pipeline:3' })
    await expect.poll(() => client.messages.at(-1)).toMatchObject({ type: 'denied', status: 404 })
    client.send({ type: 'authenticate', token: 'ada' })
    client.send({ type: 'subscribe', topic: 'pipeline:3' })
    await expect.poll(() => client.messages.at(-1)?.type).toBe('subscribed')
  })

  test('shows a stranger the same as what does not exist', async () => {
    const client = connect({ authorization: 'Bearer eve' })
    const topics = ['job:7:trace', 'job:99:trace', 'pipeline:3', 'pipeline:99', 'project:5', 'project:99'] as const
    for (const topic of topics) client.send({ type: 'subscribe', topic })
    await expect.poll(() => client.messages.length).toBe(1 + topics.length)
    for (const message of client.messages.slice(1))
      expect(message).toMatchObject({ type: 'denied', status: 404, message: '404 Not Found' })
    expect(client.text()).toBe('')
  })

  test('lets only administrators follow the runners', async () => {
    const client = connect({ authorization: 'Bearer ada' })
    client.send({ type: 'subscribe', topic: 'runners' })
    await expect.poll(() => client.messages.at(-1)).toMatchObject({ type: 'denied', status: 403 })
    const root = connect({ authorization: 'Bearer root' })
    root.send({ type: 'subscribe', topic: 'runners' })
    await expect.poll(() => root.messages.at(-1)?.type).toBe('subscribed')
  })

  test('refuses wrong credentials', async () => {
    const client = connect({ authorization: 'Bearer nobody' })
    expect(await client.ended).toBe(4401)
  })

  test('takes the cookie only from our own pages', async () => {
    const cookie = 'a=b; slipway_session=ada; c=d'
    expect(await connect({ cookie, origin: 'https://evil.example.com' }).ended).toBe(403)
    expect(await connect({ cookie }).ended).toBe(403)
    for (const origin of ['https://ci.example.com', url]) {
      const client = connect({ cookie, origin })
      await expect.poll(() => client.messages[0]).toMatchObject({ type: 'ready', user: { username: 'ada' } })
    }
  })

  test('ends a subscription when the right to it is taken', async () => {
    const client = connect({ authorization: 'Bearer ada' })
    client.send({ type: 'subscribe', topic: 'pipeline:3' })
    await expect.poll(() => client.messages.at(-1)?.type).toBe('subscribed')
    members = []
    bus.publish('access', {})
    await expect.poll(() => client.messages.at(-1)).toMatchObject({ type: 'denied', topic: 'pipeline:3' })
    bus.publish('pipeline:3', changed('success', []))
    client.send({ type: 'ping' })
    await expect.poll(() => client.messages.at(-1)?.type).toBe('pong')
    expect(client.messages.some(message => message.type === 'events')).toBe(false)
  })

  test('ends the connection when the token is revoked', async () => {
    const client = connect({ authorization: 'Bearer ada' })
    await expect.poll(() => client.messages.length).toBe(1)
    tokens = []
    bus.publish('access', {})
    expect(await client.ended).toBe(4401)
  })

  test.each([['no JSON'], ['{"type":"subscribe"}'], ['{"type":"subscribe","topic":"pipeline:3","offset":-1}'], ['[]']])(
    'closes on what is no message: %s',
    async text => {
      const client = connect({ authorization: 'Bearer ada' })
      client.send(text)
      expect(await client.ended).toBe(1003)
    },
  )

  test('closes on messages that are too large or too many', async () => {
    const large = connect({ authorization: 'Bearer ada' })
    large.send({ type: 'authenticate', token: 'x'.repeat(20_000) })
    expect(await large.ended).toBe(1009)
    const busy = connect({ authorization: 'Bearer ada' })
    for (let count = 0; count < 700; count += 1) busy.send({ type: 'ping' })
    expect(await busy.ended).toBe(4429)
  })

  test('refuses upgrades of other paths', async () => {
    const client = connectLive(`${url}/other?x=`)
    expect(await client.ended).toBe(404)
  })

  test('tells its clients that it goes down', async () => {
    const client = connect({ authorization: 'Bearer ada' })
    await expect.poll(() => client.messages.length).toBe(1)
    await live.close()
    expect(await client.ended).toBe(1012)
    expect(live.connectionCount()).toBe(0)
  })
})
