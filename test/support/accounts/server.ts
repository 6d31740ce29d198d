// The whole app of accounts and repositories, listening, with a git door.
import type { AddressInfo } from 'node:net'
import { createRefEditor } from '../../../src/git/ref-editor.ts'
import { createLog } from '../../../src/kit/log.ts'
import { registerAccountResources } from '../../../src/server/api/account-resources.ts'
import { type App, createApp } from '../../../src/server/app.ts'
import { type GitDoor, openGitDoor } from '../git/door.ts'

export type AccountServer = {
  readonly door: GitDoor
  readonly app: App
  /** `http://127.0.0.1:<port>`, API and git. */
  readonly url: string
  readonly call: (method: Method, path: string, options?: CallOptions) => Promise<Answer>
  readonly close: () => Promise<void>
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
export type CallOptions = {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
export type Answer = {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

export async function openAccountServer(options: { readonly now?: () => Date } = {}): Promise<AccountServer> {
  const door = await openGitDoor()
  const { accounts, repositories } = door
  const editor = createRefEditor({
    access: accounts.access,
    repositories,
    reactions: door.reactions,
    turns: door.turns,
    people: accounts.stores.users,
    now: options.now ?? (() => new Date()),
  })
  const url = 'http://ci.example.com'
  const app = await createApp({
    access: accounts.access,
    audit: accounts.audit,
    runnerDoor: { runner: async () => null, lease: async () => null },
    health: {
      ready: async () => ({ ready: true, checks: {} }),
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
    },
    log: createLog({ level: 'silent' }),
    version: '0.0.0',
    url,
    raw: [door.raw],
    resources: [
      app =>
        registerAccountResources(app, {
          accounts,
          repositories,
          editor,
          url,
          registryHost: 'registry.example.com',
          version: '0.0.0',
        }),
    ],
  })
  await app.listen({ host: '127.0.0.1', port: 0 })

  return {
    door,
    app,
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    call: async (method, path, { token, body, headers = {} } = {}) => {
      const answer = await app.inject({
        method,
        url: path.startsWith('/') ? `/api/v4${path}` : path,
        headers: { ...(token === undefined ? {} : { 'private-token': token }), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      })
      const isJson = String(answer.headers['content-type'] ?? '').includes('json')
      return {
        status: answer.statusCode,
        body: isJson && answer.body !== '' ? answer.json() : answer.body,
        headers: answer.headers,
      }
    },
    close: async () => {
      await app.close()
      await door.close()
    },
  }
}
