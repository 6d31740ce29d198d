// Hooks of projects over their store, with a receiver of our own; only repositories and pipelines are a test's.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVault } from '../../../src/access/vault.ts'
import { type OpenHooks, openHooks } from '../../../src/commands/compose/hooks.ts'
import type { ServerConfig } from '../../../src/config.ts'
import type { Repositories } from '../../../src/git/repositories.ts'
import type { MergeRequestStore } from '../../../src/run/merge-request-ports.ts'
import type { ReleaseStore } from '../../../src/run/release-ports.ts'
import type { EnvironmentStore, RunReader } from '../../../src/run/store-ports.ts'
import { registerHooks } from '../../../src/server/api/hooks.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { createEnvironmentStore } from '../../../src/store/run/environment-store.ts'
import { createMergeRequestStore } from '../../../src/store/run/merge-request-store.ts'
import { createReleaseStore } from '../../../src/store/run/release-store.ts'
import { createInstallation } from '../accounts/installation.ts'
import { makeJob, makePipeline } from './records.ts'
import { createSilentApp } from './silent-app.ts'

export type Told = { readonly headers: IncomingHttpHeaders; readonly body: string }

export type HookWorld = {
  readonly hooks: OpenHooks
  /** Whose changes hooks are told of. */
  readonly stores: {
    readonly releases: ReleaseStore
    readonly mergeRequests: MergeRequestStore
    readonly environments: EnvironmentStore
  }
  readonly projectId: number
  /** The receiver's address, what it got, and what it answers. */
  readonly url: string
  readonly told: Told[]
  answer: number
  /** @param path below the project's hooks */
  readonly call: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    as?: 'maintainer' | 'guest',
    // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON freely
  ) => Promise<{ readonly status: number; readonly body: any }>
  /** No hooks, and nothing told. */
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Of the one commit that there is. */
export const sha = 'b'.repeat(40)

export async function openHookWorld(): Promise<HookWorld> {
  const receiver = await startReceiver()
  const database = await openDatabase(':memory:')
  const installation = await createInstallation({ database })
  const { accounts } = installation
  const { id: projectId } = await installation.project('group/app')
  const tokenOf = async (name: string, level: 10 | 40): Promise<string> => {
    const { id: userId } = await installation.user(name)
    const place = { kind: 'project' as const, projectId }
    await accounts.members.put(place, { userId, level, expiresAt: null }, { userId: 1, level: 50 })
    return installation.token(userId)
  }
  const tokens = { maintainer: await tokenOf('maintainer', 40), guest: await tokenOf('guest', 10) }
  const hooks = openHooks({
    config: { url: 'https://ci.example.com', innerWebhooks: true } as unknown as ServerConfig,
    database,
    reads: readerOf(projectId),
    accounts,
    repositories,
    vault: createVault(Buffer.alloc(32, 1)),
    onBug: error => {
      throw error
    },
  })
  const app = await createSilentApp({
    access: accounts.access,
    runnerDoor: { runner: async () => null, lease: async () => null },
    errors: [],
    resources: [
      each =>
        registerHooks(each, {
          hooks: hooks.store,
          teller: hooks.teller,
          tryHook: hooks.tryOut,
          sealHookSecret: hooks.seal,
          now: () => new Date(),
        }),
    ],
  })

  const world: HookWorld = {
    hooks,
    stores: storesOf(hooks, database),
    projectId,
    url: receiver.url,
    told: receiver.told,
    answer: 200,
    async call(method, path, body, as = 'maintainer') {
      const url = `/api/v4/projects/${projectId}/hooks${path}`
      const headers = { 'private-token': tokens[as] }
      const answer = await app.inject({ method, url, headers, ...(body && { payload: body }) })
      return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
    },
    async clear() {
      for (const { id } of await hooks.store.list(projectId)) await hooks.store.delete(id)
      hooks.teller.changed()
      world.told.length = 0
      world.answer = 200
    },
    async close() {
      await hooks.close()
      await app.close()
      await installation.close()
      receiver.close()
    },
  }
  receiver.answersBy(() => world.answer)
  return world
}

async function startReceiver() {
  const told: Told[] = []
  let status = (): number => 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      told.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(status()).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    told,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    answersBy: (next: () => number) => {
      status = next
    },
    close: () => void server.close(),
  }
}

function storesOf({ teller }: OpenHooks, database: Database): HookWorld['stores'] {
  return {
    releases: teller.releases(createReleaseStore(database)),
    mergeRequests: teller.mergeRequests(createMergeRequestStore(database)),
    environments: teller.environments(createEnvironmentStore(database)),
  }
}

const commit = {
  sha,
  message: 'Add it\n\nwith care',
  author: { name: 'Ann Author', email: 'ann@example.com' },
  committer: { date: '2026-01-02T03:04:05Z' },
}
const repositories = {
  commit: async () => commit,
  log: async () => [sha],
  countCommits: async () => 1,
  refs: async () => [{ ref: { kind: 'branch', name: 'main' }, sha, target: sha }],
} as unknown as Repositories

function readerOf(projectId: number): RunReader {
  return {
    pipeline: async () => makePipeline({ projectId, userId: null, status: 'success' }),
    job: async (id: number) => makeJob({ id, projectId, userId: null, status: 'success' }),
    jobsOfPipeline: async () => [makeJob({ projectId })],
    pipelines: async () => ({ items: [makePipeline({ projectId, userId: null, status: 'failed' })], total: 1 }),
    jobs: async () => ({ items: [], total: 0 }),
  } as unknown as RunReader
}
