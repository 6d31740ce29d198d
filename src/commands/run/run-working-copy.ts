// A run from a compiled pipeline to its summary.
//
//   snapshot ─┬─ run (state machine) ── server's side of the protocol ─┬─ all settled ─ artifacts out ─ clean up
//             └─ runner (daemon, Docker) ──────────────────────────────┘
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../kit/errors.ts'
import { createOwner } from '../../kit/owner.ts'
import type { CreatedResult } from '../../pipeline/model.ts'
import { exportArtifacts } from './export-artifacts.ts'
import { type Interrupt, listenForInterrupts } from './interrupt.ts'
import type { JobChoice } from './job-choice.ts'
import { type JobRunner, startJobRunner } from './job-runner.ts'
import { removeLeftoverRuns, writeRunRecord } from './leftover-runs.ts'
import { createLocalArtifacts, type LocalArtifacts } from './local-artifacts.ts'
import { createLocalCaches } from './local-caches.ts'
import type { LocalRun } from './local-run.ts'
import { createLocalServer } from './local-server.ts'
import { createLogPrinter, silentLogs } from './log-printer.ts'
import { openRun } from './open-run.ts'
import { cachesFolder, recordsFolder } from './places.ts'
import type { RunInput } from './run-input.ts'
import type { RunWishes } from './run-options.ts'
import { takeSnapshot } from './snapshot.ts'
import { type RunSummary, summaryOf } from './summary.ts'

export type RunOrder = {
  readonly input: RunInput & { readonly result: CreatedResult }
  readonly choice: JobChoice
  readonly wishes: RunWishes
  readonly environment: NodeJS.ProcessEnv
  readonly logStream: NodeJS.WriteStream
  /** For people, beside the logs. */
  readonly say: (line: string) => void
}

export type RunEnd = { readonly summary: RunSummary; readonly interruptedBy: number | null }

/** Nothing of it stays when this resolves or rejects: no container, no folder. Only caches do. */
export async function runWorkingCopy(order: RunOrder): Promise<RunEnd> {
  const startedAtMs = performance.now()
  const interrupt = listenForInterrupts()
  const folder = await mkdtemp(join(tmpdir(), 'slipway-run-'))
  try {
    const run = await runIn(folder, order, interrupt)
    return { summary: summaryOf(run.pipelines(), performance.now() - startedAtMs), interruptedBy: interrupt.exitCode() }
  } catch (error) {
    // Ctrl-C ends the children of this process, too: what they complain of is its doing.
    if (interrupt.exitCode() === null) throw error
    return { summary: summaryOf([], performance.now() - startedAtMs), interruptedBy: interrupt.exitCode() }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    interrupt.ignore()
  }
}

async function runIn(folder: string, order: RunOrder, interrupt: Interrupt): Promise<LocalRun> {
  const { input, choice, wishes, say } = order
  const artifacts = createLocalArtifacts(join(folder, 'artifacts'))
  const logs = wishes.showsLogs
    ? createLogPrinter({ stream: order.logStream, titles: choice.jobs.map(job => job.name) })
    : silentLogs
  const run = openRun({ input, artifacts, logs })
  interrupt.onAsked(isFirst => stopRun(run, isFirst, say))
  const repository = join(folder, 'source.git')
  const snapshot = takeSnapshot({ copy: input.copy, repository, ref: 'refs/pipelines/1' })
  snapshot.catch(() => {}) // told to whoever awaits it, once there is a runner
  try {
    await withRunner({ folder, order, run, artifacts, logs, repository }, async () => {
      const sourceSha = await snapshot
      if (interrupt.exitCode() === null) await runAll(run, order, sourceSha)
    })
  } finally {
    await Promise.allSettled([snapshot]) // nobody may write to the folder when it is removed
  }
  if (wishes.artifactsFolder !== null) await exportArtifacts(run.pipelines(), artifacts, wishes.artifactsFolder)
  return run
}

type RunnerOrder = {
  readonly folder: string
  readonly order: RunOrder
  readonly run: LocalRun
  readonly artifacts: LocalArtifacts
  readonly logs: Parameters<typeof createLocalServer>[0]['logs']
  readonly repository: string
}

/** The runner is gone, with all that it made, when this resolves or rejects. */
async function withRunner(
  { folder, order, run, artifacts, logs, repository }: RunnerOrder,
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
      serverUrl: 'http://slipway.invalid',
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

async function runAll(run: LocalRun, { input, choice }: RunOrder, sourceSha: string): Promise<void> {
  const { pipeline } = run.start({ plan: input.result.plan, context: input.context, sourceSha }, choice, null)
  await pipeline.settled
  // Children that no bridge waits for are waited for here.
  for (const child of run.pipelines()) await child.pipeline.settled
}

function stopRun(run: LocalRun, isFirst: boolean, say: (line: string) => void): void {
  if (isFirst) say('Stopping: running jobs may end in order; once more stops them at once')
  run.cancel()
  if (!isFirst) run.giveUp()
}
