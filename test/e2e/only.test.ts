// The registry as a process of its own, beside the rest, over one data folder and one Redis.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { createRegistryClient, pushImage, type RegistryClient } from '../support/registry/registry-client.ts'
import { eventually, freePort } from '../support/slipway.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary.ts'

const launcher = join(import.meta.dirname, '../../bin/slipway')
const token = 'glpat-only-0123456789abcdef'
let temporary: TemporaryFolder
let redis: RedisServer
let web: string
let registry: string
let client: RegistryClient
let output = ''
const processes: ChildProcess[] = []

beforeAll(async () => {
  temporary = await createTemporaryFolder('slipway-e2e')
  redis = await startRedis()
  const ports = [await freePort(), await freePort()] as const
  ;[web, registry] = [`http://127.0.0.1:${ports[0]}`, `http://127.0.0.1:${ports[1]}`]
  // At once: both bring the database to its schema, and make the keys.
  start('web', web)
  start('registry', registry)
  for (const url of [web, registry])
    await eventually(`${url}/-/ready`, 60_000, async () => (await fetch(`${url}/-/ready`)).status === 200)
  client = createRegistryClient(registry, { username: 'root', password: token })
}, 120_000)

afterAll(async () => {
  client?.close()
  for (const child of processes) {
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    expect((await exit)[0], output).toBe(0)
  }
  await redis?.stop()
  await temporary?.remove()
}, 60_000)

function start(only: string, url: string): void {
  const environment = {
    SLIPWAY_DATA: join(temporary.path, 'data'),
    SLIPWAY_LISTEN: new URL(url).host,
    SLIPWAY_URL: web,
    SLIPWAY_REGISTRY_URL: registry,
    SLIPWAY_REDIS: redis.url,
    SLIPWAY_ROOT_TOKEN: token,
    SLIPWAY_ROOT_PASSWORD: 'a password of root',
  }
  const child = spawn(launcher, ['server', '--only', only], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + String(chunk)).slice(-20_000)
    })
  processes.push(child)
}

async function api(method: string, path: string, body?: unknown, url = web) {
  const headers = { 'private-token': token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const answer = await fetch(`${url}/api/v4${path}`, request)
  const text = await answer.text()
  return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text }
}

it('each serves its part only', async () => {
  expect((await fetch(`${web}/v2/`)).status).toBe(404)
  expect((await fetch(`${registry}/v2/`)).status).toBe(401)
  expect((await api('GET', '/version')).status).toBe(200)
  expect((await api('GET', '/version', undefined, registry)).status).toBe(404)
})

it('writes of both at the same time all succeed, and each sees the other’s', { timeout: 60_000 }, async () => {
  const { body: group } = await api('POST', '/groups', { name: 'group', path: 'group' })
  await api('POST', '/projects', { name: 'first', namespace_id: group.id })
  const pushes = Array.from({ length: 20 }, (_, index) => pushImage(client, 'group/first', `tag-${index}`))
  const projects = Array.from({ length: 40 }, (_, index) =>
    api('POST', '/projects', { name: `other-${index}`, namespace_id: group.id }),
  )
  await Promise.all(pushes)
  const statuses = new Set((await Promise.all(projects)).map(each => each.status))
  expect([...statuses], output).toEqual([201])
  const path = `/projects/${encodeURIComponent('group/first')}/registry/repositories`
  const [repository] = (await api('GET', path)).body
  expect((await api('GET', `${path}/${repository.id}/tags?per_page=100`)).body).toHaveLength(20)
  await pushImage(client, 'group/other-39', 'latest')
})

it('leaves the housekeeping to the one that holds the locks', async () => {
  const collected = await api('POST', '/slipway/registry/gc')
  expect(collected.status).toBe(409)
  expect(collected.body.message).toContain('another process serves the registry')
})
