// What the runner's side of the API asks of the rest.
import type { Access } from '../../access/ports.ts'
import type { ArtifactFiles, ArtifactStore, CacheStore } from '../../artifacts/ports.ts'
import type { TraceStore } from '../../logs/ports.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import type { LiveBus } from '../../run/ports.ts'
import type { RunnerRecord } from '../../run/records.ts'
import type { RunnerStore, RunReader } from '../../run/store-ports.ts'
import type { RunnerDoor } from '../ports.ts'
import type { WakeBell } from './wake-bell.ts'

export type RunnerApiDeps = {
  readonly coordinator: Pick<
    Coordinator,
    'claim' | 'classesFor' | 'begin' | 'heartbeat' | 'hear' | 'finish' | 'recordDotenv'
  >
  readonly reads: RunReader
  readonly runners: RunnerStore
  readonly door: RunnerDoor
  readonly access: Pick<Access, 'authenticate' | 'project' | 'group'>
  readonly traces: TraceStore
  readonly artifacts: ArtifactStore
  readonly caches: CacheStore
  readonly artifactFiles: ArtifactFiles
  readonly bus: LiveBus
  readonly bell: WakeBell
  /** Where a runner finds the queue; null: it works by HTTP alone. */
  readonly redisFor: (runner: RunnerRecord) => { readonly url: string; readonly prefix: string } | null
  readonly mintRunnerToken: () => { readonly token: string; readonly hash: string }
  readonly now: () => Date
  readonly limits?: Partial<RunnerApiLimits>
}

export type RunnerApiLimits = {
  readonly artifactBytes: number
  readonly cacheBytes: number
  /** How long `POST jobs/request` waits for a job. */
  readonly longPollMs: number
}

export const defaultLimits: RunnerApiLimits = {
  artifactBytes: 10 * 1024 ** 3,
  cacheBytes: 10 * 1024 ** 3,
  longPollMs: 30_000,
}
