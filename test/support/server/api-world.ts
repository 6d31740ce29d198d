// The API over accounts, coordinator and stores, all real; only repositories, queue and clock are a test's own.

import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Scope } from '../../../src/access/model.ts'
import type { ProjectDetails, UserRecord } from '../../../src/access/store-ports.ts'
import { createVault } from '../../../src/access/vault.ts'
import { createArtifactFiles } from '../../../src/artifacts/artifact-files.ts'
import type { Commit } from '../../../src/git/object-format.ts'
import { createLog } from '../../../src/kit/log.ts'
import { mintToken } from '../../../src/kit/token.ts'
import type { TraceStore } from '../../../src/logs/ports.ts'
import type { TraceCap } from '../../../src/logs/trace-file.ts'
import { createTraceFiles, serverCap } from '../../../src/logs/trace-files.ts'
import { contextOf } from '../../../src/pipeline/context-defaults.ts'
import { createLint } from '../../../src/run/lint.ts'
import type { JobPayload } from '../../../src/run/protocol.ts'
import { registerReleases } from '../../../src/server/api/releases.ts'
import { registerRunResources, runResourceErrors } from '../../../src/server/api/run-resources.ts'
import { registerWebPipelines } from '../../../src/server/api/web-pipelines.ts'
import type { App } from '../../../src/server/app.ts'
import { createLive } from '../../../src/server/live/live.ts'
import { createRunnerDoor } from '../../../src/server/runner-api/door.ts'
import { registerRunnerApi } from '../../../src/server/runner-api/runner-api.ts'
import { createWakeBell } from '../../../src/server/runner-api/wake-bell.ts'
import { createArtifactStore } from '../../../src/store/artifacts/artifact-store.ts'
import { createCacheStore } from '../../../src/store/artifacts/cache-store.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { createJobTokens } from '../../../src/store/run/job-token-store.ts'
import { createRunReader } from '../../../src/store/run/run-reader.ts'
import { createInstallation, type Installation } from '../accounts/installation.ts'
import { createMemoryBus } from '../memory-bus.ts'
import { openRunWorld, type RunWorld, repositoriesOf } from '../run/run-world.ts'
import { createTemporaryFolder } from '../temporary.ts'
import { createSilentApp } from './silent-app.ts'

export type Answer = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON freely
  readonly body: any
  readonly headers: Readonly<Record<string, string | readonly string[] | number | undefined>>
  readonly bytes: Buffer
}

export type CallOptions = {
  readonly as?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type ApiWorld = {
  readonly app: App
  readonly runs: RunWorld
  readonly installation: Installation
  readonly traces: TraceStore
  readonly project: ProjectDetails
  /** Tokens of an administrator, and of members of the project by their role; `eve` is no member. */
  readonly tokens: Readonly<
    Record<'root' | 'owner' | 'maintainer' | 'developer' | 'reporter' | 'guest' | 'eve', string>
  >
  readonly users: Readonly<Record<'maintainer' | 'developer', UserRecord>>
  /** @param path below `/api/v4`; `:p` stands for `projects/<id>` */
  readonly call: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD',
    path: string,
    options?: CallOptions,
  ) => Promise<Answer>
  /** A runner takes the next job; null: there is none. */
  readonly claim: () => Promise<JobPayload | null>
  readonly runnerToken: string
  /** Opens a port, with the live WebSocket; answers the address. */
  readonly listen: () => Promise<string>
  /** Breaks all live connections, as a network does. */
  readonly breakLive: () => void
  readonly close: () => Promise<void>
}

export async function openApiWorld(options: { readonly traceCap?: TraceCap } = {}): Promise<ApiWorld> {
  const folder = await createTemporaryFolder()
  const database = await openDatabase(':memory:')
  const vault = createVault(Buffer.alloc(32, 7))
  const reads = createRunReader({ database, vault })
  const installation = await createInstallation({ database, jobTokens: createJobTokens(reads) })
  const { accounts } = installation
  const bus = createMemoryBus()
  const runs = await openRunWorld({
    database,
    deps: { live: bus, directory: accounts.directory, variables: accounts.variables },
  })
  const artifacts = createArtifactStore(database)
  const artifactFiles = createArtifactFiles(`${folder.path}/artifacts`)
  const traces = createTraceFiles({
    folder: `${folder.path}/traces`,
    nowMs: () => runs.clock.now().getTime(),
    cap: options.traceCap ?? serverCap,
  })
  const facts = {
    directory: accounts.directory,
    variables: accounts.variables,
    repositories: repositoriesOf(runs.repository),
    clock: runs.clock,
    surroundings: {
      server: contextOf().server,
      registry: null,
      serverHost: 'ci.example.com',
      mirrors: [],
      repositoryUrl: (path: string) => `https://ci.example.com/${path}.git`,
      defaultTimeoutSeconds: 3600,
    },
  }
  const runnerDoor = createRunnerDoor({ runners: runs.stores.runners, reads: runs.reader })
  const shared = {
    ...runs.stores,
    now: runs.clock.now,
    access: accounts.access,
    reads: runs.reader,
    coordinator: runs.coordinator,
    artifacts,
    artifactFiles,
    traces,
    bus,
    mintRunnerToken: () => mintToken('glrt-'),
  }
  const app = await createSilentApp({
    access: accounts.access,
    runnerDoor,
    errors: [runResourceErrors],
    resources: [
      app =>
        registerRunResources(app, {
          ...shared,
          url: 'https://ci.example.com',
          users: accounts.stores.users,
          projects: accounts.stores.projects,
          groups: accounts.stores.groups,
          lint: createLint(facts),
          repositories: facts.repositories,
          mintTriggerToken: () => mintToken('glptt-'),
        }),
      app =>
        registerReleases(app, {
          ...shared,
          url: 'https://ci.example.com',
          users: accounts.stores.users,
          makeTag: runs.makeTag,
          repositories: { resolve: facts.repositories.resolve, commit: async (_id, sha) => commitOf(sha) },
        }),
      app =>
        registerWebPipelines(app, {
          view: { ...shared, url: 'https://ci.example.com', users: accounts.stores.users },
          users: accounts.stores.users,
          access: accounts.access,
        }),
      app =>
        registerRunnerApi(app, {
          ...shared,
          door: runnerDoor,
          caches: createCacheStore(database),
          bell: createWakeBell(bus),
          redisFor: () => null,
        }),
    ],
  })

  const project = await installation.project('group/app')
  const member = async (name: string, accessLevel: number | null) => {
    const user = await installation.user(name)
    if (accessLevel !== null) await join(installation, project.id, user.id, accessLevel)
    return { user, token: await installation.token(user.id) }
  }
  const owner = await member('owner', 50)
  const maintainer = await member('maintainer', 40)
  const developer = await member('developer', 30)
  const reporter = await member('reporter', 20)
  const guest = await member('guest', 10)
  await member('pusher', 30) // `runs.push` acts as user 7
  const eve = await member('eve', null)
  const tokens = {
    root: await installation.token(1),
    owner: owner.token,
    maintainer: maintainer.token,
    developer: developer.token,
    reporter: reporter.token,
    guest: guest.token,
    eve: eve.token,
  }

  const call: ApiWorld['call'] = async (method, path, { as, body, headers = {} } = {}) => {
    const answer = await app.inject({
      method,
      url: `/api/v4/${path.replace(':p', `projects/${project.id}`)}`,
      headers: { ...(as === undefined ? {} : { 'private-token': as }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    })
    const isJson = String(answer.headers['content-type'] ?? '').includes('json')
    const text = answer.body
    return {
      status: answer.statusCode,
      body: isJson && text !== '' ? answer.json() : text,
      headers: answer.headers,
      bytes: answer.rawPayload,
    }
  }

  const made = await call('POST', 'user/runners', {
    as: tokens.root,
    body: { runner_type: 'instance_type', run_untagged: true },
  })
  const runnerToken = String((made.body as { readonly token?: string }).token)
  let nonces = 0
  const live = createLive({
    access: accounts.access,
    reads: runs.reader,
    traces,
    bus,
    log: createLog({ level: 'silent' }),
    url: 'https://ci.example.com',
  })
  const upgraded = new Set<Duplex>()
  app.server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    live.handleUpgrade(request, socket, head)
  })

  return {
    app,
    runs,
    installation,
    traces,
    project,
    tokens,
    users: { maintainer: maintainer.user, developer: developer.user },
    call,
    async claim() {
      nonces += 1
      const headers = { authorization: `Bearer ${runnerToken}` }
      const answer = await call('POST', 'slipway/claim', { headers, body: { nonce: `nonce-number-${nonces}` } })
      return answer.status === 201 ? (answer.body as JobPayload) : null
    },
    runnerToken,
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 })
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    },
    breakLive() {
      for (const socket of upgraded) socket.destroy()
    },
    async close() {
      await live.close()
      await app.close()
      await traces.close()
      await runs.close()
      await folder.remove()
    },
  }
}

function commitOf(sha: string): Commit {
  const person = { name: 'A', email: 'a@example.com', date: '2026-01-01T00:00:00.000Z' }
  return { sha, tree: sha, parents: [], author: person, committer: person, message: 'a commit' }
}

async function join(installation: Installation, projectId: number, userId: number, level: number): Promise<void> {
  const place = { kind: 'project' as const, projectId }
  await installation.accounts.members.put(place, { userId, level, expiresAt: null }, { userId: 1, level: 50 })
}

/** A token of this person that may do only what the scopes say. */
export function scopedToken(world: ApiWorld, userId: number, scopes: readonly Scope[]): Promise<string> {
  return world.installation.token(userId, scopes)
}
