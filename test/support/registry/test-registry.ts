// A registry on a port of 127.0.0.1 for tests: real storage and SQLite in a folder, fake accounts, a clock that can be moved.
//
// Accounts: `root` (administrator), `dev` (developer of g/p and g/other), `reporter` (reporter of g/p), `stranger`; the
// password is the name, the token `token-of-<name>`. Projects: 1 g/p (private), 2 g/other (private), 3 g/public (public), 4 hidden/project (private).
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Actor, Project, Role } from '../../../src/access/model.ts'
import { createPost } from '../../../src/kit/post.ts'
import type { BlobStorage, RegistryEvent, RunningJob } from '../../../src/registry/ports.ts'
import { usernameOf } from '../../../src/registry/pusher.ts'
import { createRegistry, type Registry, type RegistryDeps } from '../../../src/registry/registry.ts'
import { createFileStorage } from '../../../src/registry/storage-fs.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { createRegistryStore, type RegistryStore } from '../../../src/store/registry/registry-store.ts'
import { createTemporaryFolder } from '../temporary.ts'
import { createFakeAccess, type FakeAccess, user } from './fake-access.ts'

export type TestRegistry = {
  readonly url: string
  readonly host: string
  readonly folder: string
  readonly access: FakeAccess
  readonly database: Database
  readonly store: RegistryStore
  /** The one that runs now. */
  readonly registry: () => Registry
  readonly storage: BlobStorage
  readonly events: RegistryEvent[]
  readonly bugs: unknown[]
  /** `user action target` of the audit log. */
  readonly audited: string[]
  readonly jobs: Map<number, RunningJob>
  readonly now: () => number
  /** Moves the registry's clock. */
  readonly pass: (ms: number) => void
  /** Ends the server and starts a new one over the same folder, on the same port. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

type Running = { readonly server: Server; readonly registry: Registry; readonly close: () => Promise<void> }

export type TestPlace = {
  /** Instead of a temporary one; it is left there. */
  readonly folder?: string
  readonly wrapStore?: (store: RegistryStore) => RegistryStore
  readonly wrapStorage?: (storage: BlobStorage) => BlobStorage
}

export async function startTestRegistry(
  overrides: Partial<RegistryDeps> = {},
  place: TestPlace = {},
): Promise<TestRegistry> {
  const folder =
    place.folder === undefined
      ? await createTemporaryFolder('slipway-registry')
      : { path: place.folder, remove: async () => {} }
  const access = demoAccess()
  const events: RegistryEvent[] = []
  const bugs: unknown[] = []
  const audited: string[] = []
  const jobs = new Map<number, RunningJob>()
  const database = await openDatabase(join(folder.path, 'slipway.db'))
  const store = (place.wrapStore ?? (same => same))(createRegistryStore(database))
  const storage = (place.wrapStorage ?? (same => same))(await createFileStorage(join(folder.path, 'registry')))
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  let running = await listen(0)

  async function listen(port: number): Promise<Running> {
    const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 })
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    const registry = createRegistry({
      hosts: [],
      store,
      storage,
      access,
      jobs: { running: async jobId => jobs.get(jobId) ?? null },
      signingKey: Buffer.alloc(32, 7),
      url: urlOf(server),
      onEvent: async event => void events.push(event),
      audit: async ({ actor, action, target }) => void audited.push(`${usernameOf(actor)} ${action} ${target}`),
      onBug: error => void bugs.push(error),
      uses: { inUse: async () => [] },
      pipelines: { start: async () => Promise.reject(new Error('no pipelines here')) },
      projectPath: async projectId => access.projects.get(projectId)?.project.fullPath ?? null,
      post: createPost({ mayReachInner: true }),
      openSecret: sealed => Buffer.from(sealed).toString(),
      random: () => 0,
      clock: now,
      ...overrides,
    })
    server.on('request', (request, response) => void registry.handle(request, response))
    const close = async () => {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await registry.close()
    }
    return { server, registry, close }
  }

  const url = urlOf(running.server)
  return {
    url,
    host: new URL(url).host,
    folder: folder.path,
    access,
    database,
    store,
    storage,
    registry: () => running.registry,
    events,
    bugs,
    audited,
    jobs,
    now,
    pass: ms => void (offsetMs += ms),
    async restart() {
      await running.close()
      running = await listen(Number(new URL(url).port))
    },
    async stop() {
      await running.close()
      await database.destroy()
      await folder.remove()
    },
  }
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function demoAccess(): FakeAccess {
  const access = createFakeAccess()
  const people: readonly [number, string][] = [
    [1, 'root'],
    [2, 'dev'],
    [3, 'reporter'],
    [4, 'stranger'],
  ]
  for (const [id, name] of people) {
    const actor = user(id, name, { isAdmin: name === 'root' })
    access.actors.set(`${name}:${name}`, actor)
    access.actors.set(`token-of-${name}`, actor)
  }
  addProject(access, 1, 'g/p', { 2: 'developer', 3: 'reporter' })
  addProject(access, 2, 'g/other', { 2: 'developer' })
  addProject(access, 3, 'g/public', { 2: 'developer' }, { visibility: 'public' })
  addProject(access, 4, 'hidden/project', {})
  return access
}

export function addProject(
  access: FakeAccess,
  id: number,
  fullPath: string,
  members: Record<number, Role>,
  more: Partial<Project> = {},
): void {
  const project: Project = {
    id,
    groupId: 1,
    name: fullPath,
    path: fullPath.split('/').at(-1) ?? fullPath,
    fullPath,
    description: '',
    visibility: 'private',
    defaultBranch: 'main',
    archived: false,
    buildsEnabled: true,
    registryEnabled: true,
    registryMembersOnly: false,
    jobTokenMayPush: false,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  }
  access.projects.set(id, {
    project,
    members: new Map(Object.entries(members).map(([userId, role]) => [Number(userId), role])),
    allowedJobProjects: new Set(),
  })
}

/** The actor of a running job, under `gitlab-ci-token` with `password`. */
export function addJob(registry: TestRegistry, jobId: number, projectId: number, password: string): void {
  const actor: Actor = { kind: 'job', jobId, projectId, userId: 2, username: 'dev', isAdmin: false }
  registry.access.actors.set(`gitlab-ci-token:${password}`, actor)
  registry.jobs.set(jobId, { pipelineId: jobId * 10, commitSha: 'c'.repeat(40) })
}
