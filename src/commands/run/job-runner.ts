// The runner of a run: the daemon that serves a server's jobs, with the run in the server's place.
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createDockerExecutor } from '../../executor/docker/docker-executor.ts'
import { connectEngine } from '../../executor/docker/engine.ts'
import { assembleWorld } from '../../runner/assemble.ts'
import { systemClock } from '../../runner/clock.ts'
import { readRunnerConfig } from '../../runner/config.ts'
import { type Daemon, startDaemon } from '../../runner/daemon.ts'
import { createHttpIntake } from '../../runner/http-intake.ts'
import type { JobWorld } from '../../runner/job-context.ts'
import type { CancelFeed, ServerClient } from '../../runner/ports.ts'
import type { RunWishes } from './run-options.ts'

export type JobRunner = {
  readonly daemon: Daemon
  /** Takes away what another runner has left in the same engine. */
  readonly removeRooms: (runnerId: string) => Promise<void>
}

export type JobRunnerOptions = {
  /** Marks what it makes in the engine. */
  readonly runnerId: string
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

export async function startJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const { folder, wishes, server, onProblem } = options
  const config = configOf(options)
  const architecture = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
  const { runnerId } = options
  const assembled = assembleWorld({ config, server, runnerId, version, architecture, onProblem })
  const world: JobWorld = { ...assembled, mirrors: { withCommit: async () => options.repository } }
  await world.executor.check(AbortSignal.timeout(30_000))
  const daemon = await startDaemon({
    world,
    intake: createHttpIntake(server, systemClock),
    cancelFeed: server,
    jobsDirectory: join(folder, 'jobs'),
    concurrency: wishes.concurrency,
    // Whoever starts a run by hand may fill the disk as far as there is one.
    diskFolders: [],
    unused: async () => [],
    heartbeatMs: 250,
    sweepMs: neverMs,
    maxJobs: null,
    idleTimeoutMs: null,
    events: {
      onJobStart: () => {},
      onJobEnd: () => {},
      onBeat: () => {},
      onSweep: () => {},
      onRelief: () => {},
      onProblem,
    },
  })
  return {
    daemon,
    removeRooms: async runnerId => {
      const engine = connectEngine(config.dockerHost)
      const executor = createDockerExecutor({ engine, runnerId, settings: config.docker, onProblem })
      await executor.sweep(async () => [])
      await executor.close()
    },
  }
}

/** Everything as for a server's jobs, but for what would have to be made first and removed at once. */
function configOf({ folder, wishes, serverUrl, dockerHost }: JobRunnerOptions) {
  const { concurrency, maxTimeoutSeconds, pullPolicy, isPrivilegedAllowed } = wishes
  const docker = {
    pullPolicy,
    privileged: { services: isPrivilegedAllowed ? ['**'] : [], refs: 'all' as const },
    // What is held ready for the next pipeline would only be taken away again.
    spareNetworks: 0,
    dind: { warm: 0, keepLayers: 0 },
  }
  const config = readRunnerConfig(
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
  return { ...config, docker: { ...config.docker, usesDefaultBridge: true } }
}
