// A run from its first look at the working copy to its summary.
//
//   options ─ working copy ─ compile ─ choose jobs ─ snapshot ─┬─ run (state machine) ─┬─ summary, exit code
//                                                              └─ runner (Docker)  ────┘
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../kit/errors.ts'
import type { CreatedResult } from '../../pipeline/model.ts'
import type { Daemon } from '../../runner/daemon.ts'
import { createChildPipelines } from './child-pipelines.ts'
import { exportArtifacts } from './export-artifacts.ts'
import { onInterrupt } from './interrupt.ts'
import type { JobChoice } from './job-choice.ts'
import { startJobRunner } from './job-runner.ts'
import { createLocalArtifacts } from './local-artifacts.ts'
import { cachesFolder, createLocalCaches } from './local-caches.ts'
import { createLocalRun, type LocalRun, titleOf } from './local-run.ts'
import { createLocalServer } from './local-server.ts'
import { createLogPrinter, silentLogs } from './log-printer.ts'
import { readParentArtifact } from './parent-artifact.ts'
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
  const folder = await mkdtemp(join(tmpdir(), 'slipway-run-'))
  try {
    return await runIn(folder, order)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function runIn(folder: string, order: RunOrder): Promise<RunEnd> {
  const { input, choice, wishes, environment, say } = order
  const startedAtMs = performance.now()
  const snapshot = await takeSnapshot(input.copy, folder, 'refs/pipelines/1')
  const trustClass = input.context.isRefProtected ? 'protected' : 'branch'
  const artifacts = createLocalArtifacts(join(folder, 'artifacts'))
  const caches = createLocalCaches(cachesFolder(environment, { workingCopy: input.copy.folder, trustClass }))
  const logs = wishes.showsLogs
    ? createLogPrinter({ stream: order.logStream, titles: choice.jobs.map(job => job.name) })
    : silentLogs
  const { server: serverFacts } = input.context
  const run = createLocalRun({
    sourceSha: snapshot.sha,
    artifacts,
    surroundings: {
      server: serverFacts,
      registry: null,
      serverHost: new URL(serverFacts.url).host,
      repositoryUrl: path => `${serverFacts.url}/${path}.git`,
      defaultTimeoutSeconds: input.context.defaultTimeoutSeconds,
    },
    pushedImages: () => [],
    now: () => new Date(),
    children: createChildPipelines(input.source, (parent, place) => readParentArtifact(artifacts, parent, place)),
    onJobTaken: owned => logs.name(owned.job.id, titleOf(owned)),
  })
  const interrupt = onInterrupt(isFirst => stopRun(run, isFirst, say))
  let runner: Daemon | null = null
  try {
    runner = await startJobRunner({
      folder,
      wishes,
      server: createLocalServer({ run, artifacts, caches, logs }),
      serverUrl: 'http://slipway.invalid',
      repository: snapshot.repository,
      dockerHost: environment.DOCKER_HOST,
      onProblem: (message, error) => say(`${message}: ${messageOf(error)}`),
    })
    if (interrupt.exitCode() === null) {
      const { pipeline } = run.start({ plan: input.result.plan, context: input.context }, choice, null)
      await pipeline.settled
      await Promise.all(run.pipelines().map(each => each.pipeline.settled))
    }
    const summary = summaryOf(run.pipelines(), performance.now() - startedAtMs)
    if (wishes.artifactsFolder !== null) await exportArtifacts(run.pipelines(), artifacts, wishes.artifactsFolder)
    return { summary, interruptedBy: interrupt.exitCode() }
  } finally {
    runner?.drain()
    await runner?.ended
    interrupt.stop()
  }
}

function stopRun(run: LocalRun, isFirst: boolean, say: (line: string) => void): void {
  if (isFirst) say('Stopping: running jobs may end in order; once more stops them at once')
  run.cancel()
  if (!isFirst) run.giveUp()
}
