// The registry's REST resources over a test registry, as the server serves them.
import { pino } from 'pino'
import { registryErrorStatuses } from '../../../src/registry/errors.ts'
import { registerRegistry } from '../../../src/server/api/registry.ts'
import type { App } from '../../../src/server/app.ts'
import { createApp } from '../../../src/server/app.ts'
import type { TestRegistry } from './test-registry.ts'

export type ApiReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
  readonly text: string
}
export type RegistryApi = {
  readonly call: (
    who: string | null,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ) => Promise<ApiReply>
  /** Serves it at a port. */
  readonly listen: () => Promise<string>
  readonly audited: readonly { readonly action: string; readonly target: string; readonly username: string }[]
  readonly close: () => Promise<void>
}

const upstream = {
  name: 'hub',
  url: 'https://registry-1.docker.io',
  username: 'me',
  password: 'the password',
  tagLifetimeMs: 3_600_000,
  mirrorName: 'hub-0123.mirror.internal',
}

export async function startRegistryApi(registry: TestRegistry): Promise<RegistryApi> {
  const audited: { action: string; target: string; username: string }[] = []
  const app: App = await createApp({
    access: registry.access,
    runnerDoor: { runner: async () => null, lease: async () => null },
    health: {
      ready: async () => ({ ready: true, checks: {} }),
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
    },
    audit: {
      record: async ({ actor, action, target }) => {
        audited.push({ action, target, username: actor.kind === 'anonymous' ? '' : actor.username })
      },
    },
    log: pino({ level: 'silent' }),
    version: '0',
    url: registry.url,
    raw: [],
    errors: [registryErrorStatuses],
    resources: [
      inner =>
        registerRegistry(inner, {
          access: registry.access,
          registry: registry.registry(),
          store: registry.store,
          storage: registry.storage,
          upstreams: [upstream],
          sealSecret: secret => Buffer.from(secret),
          registryUrl: 'http://registry.example.com',
          clock: registry.now,
        }),
    ],
  })
  return {
    audited,
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    close: () => app.close(),
    async call(who, method, path, body) {
      const reply = await app.inject({
        method,
        url: `/api/v4${path}`,
        headers: who === null ? {} : { 'private-token': `token-of-${who}` },
        ...(body === undefined ? {} : { payload: body }),
      })
      const isJson = String(reply.headers['content-type']).startsWith('application/json')
      return {
        status: reply.statusCode,
        headers: reply.headers,
        text: reply.body,
        body: isJson && reply.body !== '' ? reply.json() : null,
      }
    },
  }
}
