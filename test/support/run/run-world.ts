// A coordinator over a real (in-memory) database, with repositories, people, queue and clock that a test holds in its hands.
import { randomBytes } from 'node:crypto'
import { createVault } from '../../../src/access/vault.ts'
import { AppError } from '../../../src/kit/errors.ts'
import { createLog } from '../../../src/kit/log.ts'
import { mintToken } from '../../../src/kit/token.ts'
import { contextOf } from '../../../src/pipeline/context-defaults.ts'
import { noSourceFiles } from '../../../src/pipeline/ports.ts'
import { createCoordinator } from '../../../src/run/assemble.ts'
import type { Coordinator, CoordinatorDeps } from '../../../src/run/coordinator.ts'
import { pipelineRequest } from '../../../src/run/pipeline-request.ts'
import type { ArchiveState, Clock, JobQueue, WakeUp } from '../../../src/run/ports.ts'
import type { JobPayload } from '../../../src/run/protocol.ts'
import type { JobRecord, PipelineRecord, Ref, RunnerRecord } from '../../../src/run/records.ts'
import type { MakeTag, TagWish } from '../../../src/run/release-ports.ts'
import type { NewRunner, RunReader } from '../../../src/run/store-ports.ts'
import type { PipelineRequest, Trigger } from '../../../src/run/trigger.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { createRunReader } from '../../../src/store/run/run-reader.ts'
import { createRunStores, type RunStores } from '../../../src/store/run/run-stores.ts'
import { createMemoryBus } from '../memory-bus.ts'
import { waitUntil } from '../wait-until.ts'

export const zeroSha = '0'.repeat(40)
export const userId = 7
/** May start nothing. */
export const strangerId = 8

export type RunWorld = {
  readonly database: Database
  readonly stores: RunStores
  readonly reader: RunReader
  readonly coordinator: Coordinator
  readonly trigger: Trigger
  readonly makeTag: MakeTag
  readonly directory: CoordinatorDeps['directory']
  readonly queue: FakeQueue
  readonly clock: ManualClock
  readonly repository: FakeRepository
  readonly archives: Map<number, ArchiveState>
  /** A second server over the same database, as after a restart. */
  readonly restart: () => Promise<RunWorld>
  /** Pushes a commit with this file (null: none) to the branch; the answer is what git would show. */
  readonly push: (yaml: string | null, options?: PushOptions) => Promise<readonly string[]>
  readonly latest: (projectId?: number) => Promise<PipelineRecord>
  readonly statuses: (pipelineId?: number) => Promise<Readonly<Record<string, string>>>
  readonly job: (name: string) => Promise<JobRecord>
  readonly runner: (change?: Partial<NewRunner>) => Promise<RunnerRecord>
  readonly claim: (runner: RunnerRecord, nonce?: string) => Promise<JobPayload | null>
  /** Claims, begins and ends whatever comes, until nothing does; answers the names in order. */
  readonly runAll: (
    runner: RunnerRecord,
    outcomes?: Readonly<Record<string, 'failed' | 'success'>>,
  ) => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

export type PushOptions = {
  readonly branch?: string
  readonly tag?: string
  readonly projectId?: number
  readonly message?: string
  readonly pushOptions?: readonly string[]
}

export type FakeQueue = JobQueue & { readonly entries: WakeUp[]; readonly canceled: number[]; forgets: boolean }
export type ManualClock = Clock & { readonly pass: (seconds: number) => void }
export type FakeRepository = {
  /** Files in archives, whatever job's. */
  readonly artifacts: Map<string, string>
  /** Paths by the commit that they are compared with. */
  readonly changed: Map<string, readonly string[]>
  /** By two commits. */
  readonly bases: Map<string, string>
  readonly files: Map<string, string | null>
  readonly messages: Map<string, string>
  readonly refs: Map<string, string>
  readonly kept: Map<number, string>
}

export async function openRunWorld(
  given: { readonly database?: Database; readonly deps?: Partial<CoordinatorDeps> } = {},
): Promise<RunWorld> {
  const database = given.database ?? (await openDatabase(':memory:'))
  if (given.database === undefined) await insertProjects(database)
  return build(database, createClock(), createRepository(), given.deps ?? {})
}

export async function insertProjects(database: Database): Promise<void> {
  await database
    .insertInto('namespace')
    .values({
      id: 1,
      parent_id: null,
      kind: 'group',
      owner_id: null,
      name: 'group',
      path: 'group',
      full_path: 'group',
      description: '',
      visibility: 'private',
      created_at: '2026-01-01T00:00:00.000Z',
    })
    .execute()
  for (const id of [1, 2]) {
    await database
      .insertInto('project')
      .values({
        id,
        namespace_id: 1,
        creator_id: null,
        name: `project-${id}`,
        path: `project-${id}`,
        full_path: `group/project-${id}`,
        description: '',
        visibility: 'private',
        default_branch: 'main',
        archived: 0,
        builds_enabled: 1,
        registry_enabled: 1,
        registry_members_only: 0,
        job_token_may_push: 0,
        created_at: '2026-01-01T00:00:00.000Z',
        last_activity_at: '2026-01-01T00:00:00.000Z',
      })
      .execute()
  }
}

const vault = createVault(randomBytes(32))

function build(
  database: Database,
  clock: ManualClock,
  repository: FakeRepository,
  change: Partial<CoordinatorDeps>,
): RunWorld {
  const stores = createRunStores({ database, vault })
  const reader = createRunReader({ database, vault })
  const queue = createQueue()
  const archives = new Map<number, ArchiveState>()
  const { coordinator, trigger } = createCoordinator({
    ...stores,
    reader,
    queue,
    clock,
    live: createMemoryBus(),
    log: createLog({ level: 'silent' }),
    tokens: { mint: mintToken },
    artifacts: { archives: async () => archives, text: async ({ path }) => repository.artifacts.get(path) ?? null },
    makeTag: wish => makeTag(wish),
    variables: {
      levels: async () => ({
        instance: [],
        groups: [],
        project: [{ key: 'PROJECT_SECRET', value: 'hush', masked: true }],
      }),
    },
    surroundings: {
      server: contextOf().server,
      registry: { host: 'registry.example.com', tls: false, ca: null },
      serverHost: '127.0.0.1:8080',
      mirrors: [],
      repositoryUrl: path => `http://127.0.0.1:8080/${path}.git`,
      defaultTimeoutSeconds: 3600,
    },
    directory: directoryOf(),
    repositories: repositoriesOf(repository),
    ...change,
  })

  /** As the server's: a tag at a commit or branch, and its pipeline. */
  async function makeTag({ projectId, name, from, userId: by, startsPipeline }: TagWish): Promise<void> {
    const sha = repository.refs.get(`${projectId} branch ${from}`) ?? from
    if (!repository.messages.has(sha)) throw new AppError('git.invalid_ref', `Invalid reference name: ${from}`)
    repository.refs.set(`${projectId} tag ${name}`, sha)
    const changes = [{ ref: { kind: 'tag', name }, before: zeroSha, after: sha }] as const
    await trigger.createForPush({
      projectId,
      userId: by,
      changes,
      pushOptions: startsPipeline ? [] : ['ci.no_pipeline'],
    })
  }

  const latest = async (projectId = 1): Promise<PipelineRecord> => {
    const { items } = await reader.pipelines({ projectId }, { page: 1, perPage: 1 })
    if (items[0] === undefined) throw new Error('there is no pipeline')
    return items[0]
  }
  const statuses = async (pipelineId?: number) => {
    const id = pipelineId ?? (await latest()).id
    const jobs = await reader.jobsOfPipeline(id, false)
    return Object.fromEntries(jobs.map(job => [job.name, job.status]))
  }
  let nonces = 0
  const claim = (runner: RunnerRecord, nonce = `nonce-${++nonces}`) => coordinator.claim(runner, { nonce, jobId: null })
  let shas = 0

  return {
    database,
    stores,
    reader,
    coordinator,
    trigger,
    makeTag,
    directory: directoryOf(),
    queue,
    clock,
    repository,
    archives,
    restart: async () => build(database, clock, repository, change),
    async push(yaml, options = {}) {
      const projectId = options.projectId ?? 1
      const ref: Ref =
        options.tag === undefined
          ? { kind: 'branch', name: options.branch ?? 'main' }
          : { kind: 'tag', name: options.tag }
      shas += 1
      const sha = (shas + repository.refs.size * 1000).toString(16).padStart(40, 'a')
      const key = `${projectId} ${ref.kind} ${ref.name}`
      const before = repository.refs.get(key) ?? zeroSha
      repository.files.set(sha, yaml)
      repository.messages.set(sha, options.message ?? 'a commit')
      repository.refs.set(key, sha)
      const pushed = {
        projectId,
        userId,
        changes: [{ ref, before, after: sha }],
        pushOptions: options.pushOptions ?? [],
      }
      return await trigger.createForPush(pushed)
    },
    latest,
    statuses,
    async job(name) {
      const found = (await reader.jobsOfPipeline((await latest()).id, false)).find(job => job.name === name)
      if (found === undefined) throw new Error(`no job ${name}`)
      return found
    },
    runner: (runner = {}) =>
      stores.runners.create(
        {
          description: 'a runner',
          tags: [],
          runUntagged: true,
          isPaused: false,
          isProtectedOnly: false,
          scope: 'instance',
          projectIds: [],
          groupIds: [],
          ...runner,
        },
        randomBytes(8).toString('hex'),
        clock.now().toISOString(),
      ),
    claim,
    async runAll(runner, outcomes = {}) {
      const names: string[] = []
      for (let job = await claim(runner); job !== null; job = await claim(runner)) {
        const { name } = job.job_info
        names.push(name)
        const lease = { jobId: job.id, lease: job.slipway.lease }
        await coordinator.begin(lease)
        const outcome =
          outcomes[name] === 'failed'
            ? ({
                status: 'failed',
                failureReason: 'script_failure',
                failureDetail: null,
                exitCode: 1,
                message: 'exit code 1',
              } as const)
            : ({ status: 'success' } as const)
        await coordinator.finish(lease, outcome, { coverage: null })
        await coordinator.close() // what follows from it is done, too
      }
      return names
    },
    async close() {
      await coordinator.close()
      await database.destroy()
    },
  }
}

export function requestFor(change: Partial<PipelineRequest> = {}): PipelineRequest {
  return pipelineRequest({ projectId: 1, ref: { kind: 'branch', name: 'main' }, source: 'api', userId, ...change })
}

export function untilStatus(world: RunWorld, name: string, status: string): Promise<JobRecord> {
  return waitUntil(async () => {
    const job = await world.job(name)
    return job.status === status ? job : null
  }, `${name} to be ${status}`)
}

function createQueue(): FakeQueue {
  const queue: FakeQueue = {
    entries: [],
    canceled: [],
    forgets: false,
    wake: async entries => void queue.entries.push(...entries),
    cancel: async jobId => void queue.canceled.push(jobId),
    async hasForgotten() {
      const { forgets } = queue
      queue.forgets = false
      return forgets
    },
  }
  return queue
}

function createClock(): ManualClock {
  let nowMs = Date.parse('2026-01-01T12:00:00.000Z')
  let timers: { readonly atMs: number; readonly action: () => void }[] = []
  return {
    now: () => new Date(nowMs),
    callAt(at, action) {
      const timer = { atMs: at.getTime(), action }
      timers.push(timer)
      return () => {
        timers = timers.filter(each => each !== timer)
      }
    },
    pass(seconds) {
      nowMs += seconds * 1000
      const due = timers.filter(timer => timer.atMs <= nowMs)
      timers = timers.filter(timer => timer.atMs > nowMs)
      for (const timer of due) timer.action()
    },
  }
}

function createRepository(): FakeRepository {
  return {
    artifacts: new Map(),
    changed: new Map(),
    bases: new Map(),
    files: new Map(),
    messages: new Map(),
    refs: new Map(),
    kept: new Map(),
  }
}

export function repositoriesOf(repository: FakeRepository): CoordinatorDeps['repositories'] {
  return {
    resolve: async (projectId, ref) => repository.refs.get(`${projectId} ${ref.kind} ${ref.name}`) ?? null,
    refs: async projectId =>
      [...repository.refs].flatMap(([key, sha]) => {
        const [id, kind, name] = key.split(' ')
        const isOurs = id === String(projectId) && name !== undefined
        return isOurs ? [{ ref: { kind: kind as 'branch' | 'tag', name }, sha }] : []
      }),
    commit: async (_projectId, sha) => {
      const message = repository.messages.get(sha)
      if (message === undefined) return null
      return { message, author: 'A <a@example.com>', timestamp: '2026-01-01T00:00:00Z', tagMessage: null }
    },
    readFile: async (_projectId, sha) => repository.files.get(sha) ?? null,
    changedPaths: async (_projectId, before) => repository.changed.get(before) ?? ['README.md'],
    mergeBase: async (_projectId, one, other) => repository.bases.get(`${one} ${other}`) ?? zeroSha,
    keep: async (_projectId, pipelineId, sha) => void repository.kept.set(pipelineId, sha),
    pointMergeRequest: async () => {},
    release: async (_projectId, pipelineId) => void repository.kept.delete(pipelineId),
    sourceFiles: ({ projectId }) => ({
      ...noSourceFiles,
      readFile: async ({ sha, path }) =>
        repository.files.get(`${projectId} ${path}`) ??
        (path === '.gitlab-ci.yml' ? (repository.files.get(sha) ?? null) : null),
    }),
  }
}

function directoryOf(): CoordinatorDeps['directory'] {
  const project = (id: number) => ({
    project: {
      id,
      groupId: 1,
      name: `project-${id}`,
      path: `project-${id}`,
      fullPath: `group/project-${id}`,
      description: '',
      visibility: 'private' as const,
      defaultBranch: 'main',
      archived: false,
      buildsEnabled: true,
      registryEnabled: true,
      registryMembersOnly: false,
      jobTokenMayPush: false,
      createdAt: '2026-01-01T00:00:00.000Z',
    },
    namespaceId: 1,
    groupIds: [1],
  })
  return {
    project: async key => {
      const id = typeof key === 'number' ? key : Number(/^group\/project-(\d)$/.exec(key)?.[1] ?? 0)
      return id === 1 || id === 2 ? project(id) : null
    },
    projectIds: async () => [1, 2],
    user: async id => ({
      facts: { id: String(id), login: `user-${id}`, name: `User ${id}`, email: `user-${id}@example.com` },
      actor: { kind: 'user', userId: id, username: `user-${id}`, isAdmin: false, via: 'session', scopes: 'all' },
    }),
    isProtected: async (_projectId, ref) => ref.name === 'main',
    levelOf: async id => (id === strangerId ? 0 : 30),
    mayRun: async id => id !== strangerId,
  }
}
