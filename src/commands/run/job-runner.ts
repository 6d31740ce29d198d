// The runner of a run: the daemon that serves a server's jobs, with the run in the server's place.
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { assembleWorld } from '../../runner/assemble.ts'
import { systemClock } from '../../runner/clock.ts'
import { readRunnerConfig } from '../../runner/config.ts'
import { type Daemon, startDaemon } from '../../runner/daemon.ts'
import { createHttpIntake } from '../../runner/http-intake.ts'
import type { JobWorld } from '../../runner/job-context.ts'
import type { CancelFeed, ServerClient } from '../../runner/ports.ts'
import type { RunWishes } from './run-options.ts'

export type JobRunnerOptions = {
  /** The run's temporary folder. */
  readonly folder: string
  readonly wishes: RunWishes
  readonly server: ServerClient & CancelFeed
  /** Where jobs find a server of ours; a host that cannot exist when there is none. */
  readonly serverUrl: string
  /** A bare repository with the commit that jobs check out. */
  readonly repository: string
  readonly dockerHost: string | undefined
  readonly onProblem: (message: string, error: unknown) => void
}

const version = '0.1.0'
const neverMs = 2 ** 31 - 1

export async function startJobRunner(options: JobRunnerOptions): Promise<Daemon> {
  const { folder, wishes, server, onProblem } = options
  const config = configOf(options)
  const assembled = assembleWorld({
    config,
    server,
    runnerId: `run-${randomBytes(6).toString('hex')}`,
    version,
    architecture: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    onProblem,
  })
  const world: JobWorld = { ...assembled, mirrors: { withCommit: async () => options.repository } }
  await world.executor.check(AbortSignal.timeout(30_000))
  return startDaemon({
    world,
    intake: createHttpIntake(server, systemClock),
    cancelFeed: server,
    jobsDirectory: join(folder, 'jobs'),
    concurrency: wishes.concurrency,
    heartbeatMs: 250,
    sweepMs: neverMs,
    maxJobs: null,
    idleTimeoutMs: null,
    events: { onJobStart: () => {}, onJobEnd: () => {}, onBeat: () => {}, onProblem },
  })
}

function configOf({ folder, wishes, serverUrl, dockerHost }: JobRunnerOptions) {
  const { concurrency, maxTimeoutSeconds, pullPolicy, isPrivilegedAllowed } = wishes
  const docker = {
    pullPolicy,
    privileged: { services: isPrivilegedAllowed ? ['**'] : [], refs: 'all' as const },
    // What is held ready for the next pipeline would only be taken away again.
    spareNetworks: 0,
    dind: { warm: 0, keepLayers: 0 },
  }
  return readRunnerConfig(
    { server: serverUrl, name: 'slipway run', stopGrace: 2, maxTimeout: maxTimeoutSeconds, docker },
    {
      token: 'none: the run is its own server',
      dataFolder: folder,
      concurrency,
      hostName: hostname(),
      defaultDataFolder: folder,
      ...(dockerHost === undefined || dockerHost === '' ? {} : { dockerHost }),
    },
  )
}
