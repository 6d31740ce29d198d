// A runner in this process against a fake server and a real engine.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DockerSettings } from '../../../src/executor/docker/settings.ts'
import { assembleWorld } from '../../../src/runner/assemble.ts'
import { systemClock } from '../../../src/runner/clock.ts'
import { readRunnerConfig } from '../../../src/runner/config.ts'
import type { RunnerConfigInput } from '../../../src/runner/config-input.ts'
import { type Daemon, startDaemon } from '../../../src/runner/daemon.ts'
import { createHttpIntake } from '../../../src/runner/http-intake.ts'
import type { Clock } from '../../../src/runner/ports.ts'
import { createServerClient } from '../../../src/runner/server-client.ts'
import { runnerToken } from '../../support/runner-protocol-server.ts'

export type TestRunner = {
  readonly daemon: Daemon
  readonly runnerId: string
  readonly dataFolder: string
  readonly problems: string[]
  /** What the latest sweep could not remove. */
  readonly stuckRooms: () => number
  readonly end: () => Promise<void>
}

export type TestRunnerOptions = {
  readonly clock?: Clock
  readonly patience?: DockerSettings['patience']
  readonly sweepMs?: number
  /** Folders whose disks are looked after. */
  readonly diskFolders?: readonly string[]
}

export async function startTestRunner(
  url: string,
  changes: RunnerConfigInput = {},
  { clock = systemClock, patience, sweepMs = 60_000, diskFolders = [] }: TestRunnerOptions = {},
): Promise<TestRunner> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'slipway-runner-'))
  const runnerId = `test-${randomBytes(4).toString('hex')}`
  const problems: string[] = []
  const onProblem = (message: string, error: unknown) => {
    problems.push(`${message}: ${error instanceof Error ? error.stack : String(error)}`)
  }
  let stuckRooms = 0
  const read = readRunnerConfig(
    {
      server: url,
      concurrency: 2,
      stopGrace: 2,
      ...changes,
      docker: {
        pullPolicy: 'if-not-present',
        privileged: { services: ['docker:*dind*'], refs: 'all' },
        ...changes.docker,
      },
    },
    {
      token: runnerToken,
      dataFolder,
      hostName: 'test-host',
      defaultDataFolder: dataFolder,
      ...(process.env.DOCKER_HOST === undefined ? {} : { dockerHost: process.env.DOCKER_HOST }),
    },
  )
  const config = { ...read, docker: { ...read.docker, ...(patience === undefined ? {} : { patience }) } }
  const server = createServerClient({ url, runnerToken: () => runnerToken, version: 'test', answerMs: 10_000 })
  const world = assembleWorld({ config, server, runnerId, version: 'test', architecture: 'linux/amd64', onProblem })
  const daemon = await startDaemon({
    world: { ...world, clock },
    intake: createHttpIntake(server, systemClock),
    cancelFeed: null,
    jobsDirectory: join(dataFolder, 'jobs'),
    concurrency: config.concurrency,
    diskFolders,
    unused: world.unused,
    heartbeatMs: 200,
    sweepMs,
    maxJobs: null,
    idleTimeoutMs: null,
    events: {
      onJobStart: () => {},
      onJobEnd: () => {},
      onBeat: () => {},
      onSweep: count => {
        stuckRooms = count
      },
      onRelief: () => {},
      onProblem,
    },
  })
  const end = async () => {
    daemon.drain()
    daemon.stopJobs('cancel')
    await daemon.ended
    await rm(dataFolder, { recursive: true, force: true })
  }
  return { daemon, runnerId, dataFolder, problems, stuckRooms: () => stuckRooms, end }
}
