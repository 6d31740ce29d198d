// A run from a compiled pipeline to its summary.
//
//   snapshot ─┬─ run (state machine) ── server's side of the protocol ─┬─ all settled ─ clean up ─ artifacts out
//             ├─ runner (daemon, Docker) ──────────────────────────────┤
//             └─ registry, where jobs push ────────────────────────────┘
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CreatedResult } from '../../pipeline/model.ts'
import { asksForDocker } from './docker-need.ts'
import { exportArtifacts } from './export-artifacts.ts'
import { type Interrupt, listenForInterrupts } from './interrupt.ts'
import type { JobChoice } from './job-choice.ts'
import { createLocalArtifacts } from './local-artifacts.ts'
import type { LocalRun } from './local-run.ts'
import { createLogPrinter, silentLogs } from './log-printer.ts'
import { openRun } from './open-run.ts'
import type { RunInput } from './run-input.ts'
import type { RunWishes } from './run-options.ts'
import { takeSnapshot } from './snapshot.ts'
import { type RunSummary, summaryOf } from './summary.ts'
import { registryHostFor, withRegistry } from './with-registry.ts'
import { withRunner } from './with-runner.ts'

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

const privilegeNote = 'docker:dind is root on this machine for whoever wrote the pipeline (--no-privileged refuses it)'

async function runIn(folder: string, order: RunOrder, interrupt: Interrupt): Promise<LocalRun> {
  const { input, choice, wishes, say } = order
  if (wishes.isPrivilegedAllowed && choice.jobs.some(asksForDocker)) say(privilegeNote)
  const artifacts = createLocalArtifacts(join(folder, 'artifacts'))
  const logs = wishes.showsLogs
    ? createLogPrinter({ stream: order.logStream, titles: choice.jobs.map(job => job.name) })
    : silentLogs
  const opened = openRun({ input, artifacts, logs, registryHost: await registryHostFor(order) })
  const { run } = opened
  interrupt.onAsked(isFirst => stopRun(run, isFirst, say))
  const repository = join(folder, 'source.git')
  const snapshot = takeSnapshot({ copy: input.copy, repository, ref: 'refs/pipelines/1' })
  snapshot.catch(() => {}) // told to whoever awaits it, once there is a runner
  try {
    await withRegistry(opened, { folder, order }, registry =>
      withRunner({ folder, order, run, artifacts, logs, repository, serverUrl: registry?.url ?? null }, async () => {
        const sourceSha = await snapshot
        if (interrupt.exitCode() === null) await runAll(run, order, sourceSha)
      }),
    )
  } finally {
    await Promise.allSettled([snapshot]) // nobody may write to the folder when it is removed
  }
  if (wishes.artifactsFolder !== null) await exportArtifacts(run.pipelines(), artifacts, wishes.artifactsFolder)
  return run
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
