// The runner of a run, for as long as there is work: started, told of what a killed run has left, and ended.
import { randomBytes } from 'node:crypto'
import { messageOf } from '../../kit/errors.ts'
import { createOwner } from '../../kit/owner.ts'
import { type JobRunner, startJobRunner } from './job-runner.ts'
import { removeLeftoverRuns, writeRunRecord } from './leftover-runs.ts'
import type { LocalArtifacts } from './local-artifacts.ts'
import { createLocalCaches } from './local-caches.ts'
import type { LocalRun } from './local-run.ts'
import { createLocalServer, type JobLogs } from './local-server.ts'
import { cachesFolder, recordsFolder } from './places.ts'
import type { RunOrder } from './run-working-copy.ts'

export type RunnerOrder = {
  readonly folder: string
  readonly order: Pick<RunOrder, 'input' | 'wishes' | 'environment' | 'say'>
  readonly run: LocalRun
  readonly artifacts: LocalArtifacts
  readonly logs: JobLogs
  readonly repository: string
  /** Where this host has a server of ours for jobs, if there is one. */
  readonly serverUrl: string | null
}

/** No server can be there: jobs are given no way to one. */
const nowhere = 'http://slipway.invalid'

/** The runner is gone, with all that it made, when this resolves or rejects. */
export async function withRunner(
  { folder, order, run, artifacts, logs, repository, serverUrl }: RunnerOrder,
  work: () => Promise<void>,
): Promise<void> {
  const { input, wishes, environment, say } = order
  const runnerId = `run-${process.pid}-${randomBytes(4).toString('hex')}`
  const dockerHost = environment.DOCKER_HOST ?? ''
  const onProblem = (message: string, error: unknown) => say(`${message}: ${messageOf(error)}`)
  const caches = createLocalCaches(cachesFolder(environment, input))
  const owner = createOwner((name, error) => onProblem(`could not ${name}`, error))
  const records = recordsFolder(environment)
  const forget = await writeRunRecord(records, { runnerId, pid: process.pid, folder, dockerHost })
  let runner: JobRunner | null = null
  try {
    runner = await startJobRunner({
      runnerId,
      folder,
      wishes,
      server: createLocalServer({ run, artifacts, caches, logs }),
      serverUrl: serverUrl ?? nowhere,
      repository,
      dockerHost,
      onProblem,
    })
    const { removeRooms } = runner
    owner.run('take away what a killed run has left', () => removeLeftoverRuns(records, dockerHost, removeRooms))
    await work()
  } finally {
    runner?.daemon.drain()
    await Promise.all([runner?.daemon.ended, owner.settled()])
    await forget()
  }
}
