// Behind a reverse proxy: every door takes the client's address from the proxy that is trusted, and from nobody else.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Access, Credentials } from '../../src/access/ports.ts'
import { createRepositories } from '../../src/git/repositories.ts'
import { createSmartHttp } from '../../src/git/smart-http.ts'
import { createTurns } from '../../src/git/turns.ts'
import { createLog } from '../../src/kit/log.ts'
import { type ProxyTrust, readProxyTrust, trustNobody } from '../../src/kit/visitor.ts'
import { createApp, handlerOf } from '../../src/server/app.ts'
import { createFakeAccess } from '../support/registry/fake-access.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'
import { createTemporaryFolder } from '../support/temporary.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const loopback = readProxyTrust('loopback') ?? trustNobody
const password = { authorization: `Basic ${Buffer.from('somebody:secret').toString('base64')}` }
const spoofed = {
  'x-forwarded-for': '6.6.6.6, 9.9.9.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'ci.example.com',
}

/** Addresses from which somebody tried to sign in. */
function watchedAccess(seen: string[]): Access {
  return {
    ...createFakeAccess(),
    authenticate: async (credentials: Credentials) => {
      if (credentials.kind === 'basic') seen.push(credentials.address)
      return null
    },
  }
}

async function openDoors(trustProxy: ProxyTrust) {
  const seen: string[] = []
  const access = watchedAccess(seen)
  const folder = await createTemporaryFolder()
  ends.push(folder.remove)
  const repositories = await createRepositories({ root: folder.path, searchPath: process.env.PATH ?? '' })
  ends.push(repositories.close)
  const reactions = { onPush: async () => [], onFirstBranch: async () => {} }
  const limits = { mostPackBytes: 1, mostFetches: 1 }
  const raw = createSmartHttp({
    access,
    repositories,
    reactions,
    turns: createTurns(),
    onBug: () => {},
    ...limits,
    trustProxy,
  })
  const app = await createApp({
    access,
    audit: { record: async () => undefined },
    runnerDoor: { runner: async () => null, lease: async () => null } as never,
    health: {
      ready: async () => ({ ready: true, checks: {} }),
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
    },
    log: createLog({ level: 'silent' }),
    version: '0',
    url: 'https://ci.example.com',
    trustProxy,
    raw: [raw],
    resources: [
      app => {
        app.get('/me', { config: { policy: { kind: 'public' } } }, async ({ ip, protocol, host }) => ({
          ip,
          protocol,
          host,
        }))
      },
    ],
  })
  ends.push(() => app.close())
  const server = createServer(handlerOf(app, [raw]))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ends.push(async () => server.close())
  const registry = await startTestRegistry({ trustProxy, access })
  ends.push(registry.stop)
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, registryUrl: registry.url }
}

describe.each([
  ['nobody is trusted', trustNobody, '127.0.0.1'],
  ['this machine is trusted', loopback, '9.9.9.9'],
])('a request with X-Forwarded-For, while %s', (_, trust, expected) => {
  it(`comes from ${expected}, by git, by the registry and by the API`, async () => {
    const { seen, url, registryUrl } = await openDoors(trust)
    await fetch(`${url}/g/p.git/info/refs?service=git-upload-pack`, { headers: { ...spoofed, ...password } })
    await fetch(`${registryUrl}/jwt/auth?service=container_registry`, { headers: { ...spoofed, ...password } })
    await fetch(`${registryUrl}/v2/`, { headers: { ...spoofed, ...password } })
    expect(seen).toEqual([expected, expected, expected])
    const me = await (await fetch(`${url}/me`, { headers: spoofed })).json()
    const isTrusted = expected !== '127.0.0.1'
    expect(me).toEqual({
      ip: expected,
      protocol: isTrusted ? 'https' : 'http',
      host: isTrusted ? 'ci.example.com' : new URL(url).host,
    })
  })
})
