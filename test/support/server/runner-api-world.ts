// The runner's API over real stores of traces and artifacts, with a coordinator that a test plays.
import type { Access } from '../../../src/access/ports.ts'
import { createArtifactFiles } from '../../../src/artifacts/artifact-files.ts'
import { artifactErrors } from '../../../src/artifacts/errors.ts'
import type { ArtifactStore, CacheStore } from '../../../src/artifacts/ports.ts'
import { hashToken } from '../../../src/kit/token.ts'
import type { TraceStore } from '../../../src/logs/ports.ts'
import { createTraceFiles } from '../../../src/logs/trace-files.ts'
import type { JobPlan } from '../../../src/pipeline/model.ts'
import type { LeaseAnswer } from '../../../src/run/coordinator.ts'
import type { JobOutcome, Lease } from '../../../src/run/model.ts'
import type { JobPayload } from '../../../src/run/protocol.ts'
import type { JobRecord, RunnerRecord } from '../../../src/run/records.ts'
import type { RunnerStore, RunReader } from '../../../src/run/store-ports.ts'
import type { App } from '../../../src/server/app.ts'
import type { RunnerApiDeps } from '../../../src/server/runner-api/deps.ts'
import { createRunnerDoor } from '../../../src/server/runner-api/door.ts'
import { registerRunnerApi } from '../../../src/server/runner-api/runner-api.ts'
import { createWakeBell, type WakeBell } from '../../../src/server/runner-api/wake-bell.ts'
import { createArtifactStore } from '../../../src/store/artifacts/artifact-store.ts'
import { createCacheStore } from '../../../src/store/artifacts/cache-store.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { createMemoryBus } from '../memory-bus.ts'
import { createTemporaryFolder } from '../temporary.ts'
import { makeJob, makePipeline, makeRunner } from './records.ts'
import { createSilentApp } from './silent-app.ts'

export const runnerToken = 'glrt-the-runner'
export const leaseToken = 'slpl-the-lease'
export const jobToken = 'glcbt-the-job'

export type RunnerApiWorld = {
  readonly app: App
  readonly traces: TraceStore
  readonly artifacts: ArtifactStore
  readonly caches: CacheStore
  readonly bell: WakeBell
  readonly published: { readonly topic: string; readonly event: unknown }[]
  /** What the coordinator was told. */
  readonly told: { outcome: JobOutcome | null; coverage: number | null; dotenv: string | null; nonces: string[] }
  word: LeaseAnswer
  job: JobRecord
  plan: Partial<JobPlan>
  isProtected: boolean
  runner: RunnerRecord | null
  payload: JobPayload | null
  readonly close: () => Promise<void>
}

export async function createRunnerApiWorld(limits: RunnerApiDeps['limits'] = {}): Promise<RunnerApiWorld> {
  const folder = await createTemporaryFolder()
  const database = await openDatabase(':memory:')
  const bus = createMemoryBus()
  const published: RunnerApiWorld['published'] = []
  const told: RunnerApiWorld['told'] = { outcome: null, coverage: null, dotenv: null, nonces: [] }
  const traces = createTraceFiles({ folder: `${folder.path}/traces`, nowMs: Date.now })
  const state = {
    word: 'running' as LeaseAnswer,
    job: makeJob(),
    plan: {} as Partial<JobPlan>,
    isProtected: false,
    runner: makeRunner() as RunnerRecord | null,
    payload: null as JobPayload | null,
  }
  const runners = {
    byToken: async (hash: string) => (hash === hashToken(runnerToken) ? state.runner : null),
    byId: async () => state.runner,
    contacted: async () => undefined,
    create: async () => makeRunner({ id: 2 }),
    delete: async () => {
      state.runner = null
    },
  } as unknown as RunnerStore
  const reads = {
    job: async (id: number) => (id === state.job.id ? state.job : null),
    pipeline: async () => makePipeline({ isProtected: state.isProtected }),
    jobPlan: async () => ({ artifacts: null, coverage: null, ...state.plan }) as JobPlan,
    jobByToken: async (hash: string) => {
      const kind = hash === hashToken(leaseToken) ? 'lease' : hash === hashToken(jobToken) ? 'job' : null
      return kind === null ? null : { kind, job: state.job, isProtected: state.isProtected }
    },
  } as unknown as RunReader
  const coordinator = {
    claim: async (_: RunnerRecord, { nonce }: { readonly nonce: string }) => {
      told.nonces.push(nonce)
      return state.payload
    },
    classesFor: async () => ['untagged.branch'],
    begin: async () => state.word,
    hear: async () => state.word,
    heartbeat: async (_: number, leases: readonly Lease[]) => ({
      ended: leases.map(lease => lease.jobId),
      canceling: [],
    }),
    finish: async (_: Lease, outcome: JobOutcome, facts: { readonly coverage: number | null }) => {
      if (state.word === 'stale') return 'stale' as const
      told.outcome = outcome
      told.coverage = facts.coverage
      return 'accepted' as const
    },
    recordDotenv: async (_: number, text: string) => {
      told.dotenv = text
    },
  }
  const access = {
    authenticate: async () => null,
    project: async () => null,
    group: async () => null,
  } as unknown as Access
  const door = createRunnerDoor({ runners, reads })
  const deps: RunnerApiDeps = {
    coordinator,
    reads,
    runners,
    door,
    access,
    traces,
    artifacts: createArtifactStore(database),
    caches: createCacheStore(database),
    artifactFiles: createArtifactFiles(`${folder.path}/artifacts`),
    bus: {
      ...bus,
      publish(topic, event) {
        published.push({ topic, event })
        bus.publish(topic, event)
      },
    },
    bell: createWakeBell(bus),
    redisFor: () => null,
    mintRunnerToken: () => ({ token: 'glrt-new', hash: hashToken('glrt-new') }),
    now: () => new Date('2026-01-01T00:00:00.000Z'),
    limits,
  }
  const app = await createSilentApp({
    access,
    runnerDoor: door,
    errors: [artifactErrors],
    resources: [app => registerRunnerApi(app, deps)],
  })
  return Object.assign(state, {
    app,
    traces,
    artifacts: deps.artifacts,
    caches: deps.caches,
    bell: deps.bell,
    published,
    told,
    close: async () => {
      await app.close()
      await traces.close()
      await database.destroy()
      await folder.remove()
    },
  })
}
