// The daemon of a host: as many slots as it may run jobs, each of which waits for a wake-up, claims, and runs. A job
// that an earlier process left has a slot first.
import type { Unused } from '../executor/port.ts'
import { AppError } from '../kit/errors.ts'
import { createRepeater } from '../kit/repeater.ts'
import { claimJob } from './claim.ts'
import { findFullDisk, relieveDisks } from './disk.ts'
import { beat } from './heartbeat.ts'
import { type RunningJob, startJob } from './job.ts'
import type { JobWorld } from './job-context.ts'
import { createJobFolder, findJobFolders, type JobFolder, keptJobs } from './job-folder.ts'
import type { CancelFeed, Intake } from './ports.ts'

export type DaemonOptions = {
  readonly world: JobWorld
  readonly intake: Intake
  readonly cancelFeed: CancelFeed | null
  /** Where the jobs' folders are. */
  readonly jobsDirectory: string
  readonly concurrency: number
  /** Folders whose disks must have room before a job is taken. */
  readonly diskFolders: readonly string[]
  /** What can be given back when they are nearly full. */
  readonly unused: () => Promise<readonly Unused[]>
  readonly heartbeatMs: number
  readonly sweepMs: number
  /** Ends after so many jobs, or after so long without one; null: never. */
  readonly maxJobs: number | null
  readonly idleTimeoutMs: number | null
  readonly events: DaemonEvents
}

export type DaemonEvents = {
  readonly onJobStart: (job: RunningJob) => void
  readonly onJobEnd: (job: RunningJob) => void
  readonly onBeat: (isHeard: boolean) => void
  readonly onSweep: (stuckRooms: number) => void
  readonly onRelief: (freed: readonly string[]) => void
  readonly onProblem: (message: string, error: unknown) => void
}

export type Daemon = {
  readonly jobs: () => readonly RunningJob[]
  /** Takes no more jobs; those that run go on. */
  readonly drain: () => void
  /** Ends what runs: `cancel` tells the server so, `hand_over` leaves containers and folders for the next process. */
  readonly stopJobs: (how: 'cancel' | 'hand_over') => void
  /** Resolves when the daemon was drained (or had enough jobs), all jobs have ended, and all clean-up is done. */
  readonly ended: Promise<void>
}

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { world, intake, events } = options
  const running = new Set<RunningJob>()
  const draining = new AbortController()
  const ending = new AbortController()
  let reserved = 0
  /** A job failed because the engine was away: no other may be spoiled by it. */
  let isEngineAway = false
  let idleSince = world.clock.monotonicMs()

  const left = await findJobFolders(options.jobsDirectory)
  const cancelWords = await options.cancelFeed?.listen(jobId => {
    for (const job of running) if (job.key.jobId === jobId) job.stop({ kind: 'canceled' })
  })

  async function live(folder: JobFolder, slot: number): Promise<void> {
    const job = startJob(folder, slot, world)
    running.add(job)
    events.onJobStart(job)
    const outcome = await job.ended
    if (outcome?.status === 'failed' && outcome.failureDetail === 'engine_unreachable') isEngineAway = true
    running.delete(job)
    idleSince = world.clock.monotonicMs()
    events.onJobEnd(job)
  }

  async function serve(slot: number): Promise<void> {
    await resumed[slot]
    while (!draining.signal.aborted && mayTakeMore()) {
      reserved += 1
      const folder = await takeJob()
      if (folder === null) reserved -= 1
      else await live(folder, slot)
    }
  }

  /** Null: there was none, or it could not be taken. */
  async function takeJob(): Promise<JobFolder | null> {
    try {
      await untilThereIsRoom()
      await untilThereIsAnEngine()
      const { jobId, payload } = await intake.next(draining.signal)
      const claimed = payload ?? (await claimJob(jobId, world, draining.signal))
      if (claimed === null) return null
      return await createJobFolder(options.jobsDirectory, claimed, new Date(world.clock.nowMs()).toISOString())
    } catch (error) {
      if (draining.signal.aborted) return null
      events.onProblem('no job could be taken', error)
      await world.clock.sleep(1000, draining.signal).catch(() => {}) // drained: the caller's loop ends it
      return null
    }
  }

  async function untilThereIsRoom(): Promise<void> {
    for (let isTold = false; ; isTold = true) {
      const folder = await findFullDisk(options.diskFolders)
      if (folder === null) return
      if (!isTold)
        events.onProblem('no job is taken', new AppError('disk_full', `the disk of ${folder} is nearly full`))
      await world.clock.sleep(5000, draining.signal)
    }
  }

  async function untilThereIsAnEngine(): Promise<void> {
    for (let isTold = false; isEngineAway; isTold = true) {
      try {
        await world.executor.check(draining.signal)
        isEngineAway = false
      } catch (error) {
        if (!isTold) events.onProblem('no job is taken', error)
        await world.clock.sleep(1000, draining.signal)
      }
    }
  }

  /** A job that is waited for counts already: none may come that would be one too many. */
  function mayTakeMore(): boolean {
    return options.maxJobs === null || reserved < options.maxJobs
  }

  function drain(): void {
    draining.abort(new AppError('drained', 'the runner takes no more jobs'))
  }

  const resumed = left.map(live)
  const sweeping = createRepeater({
    everyMs: options.sweepMs,
    work: async () => {
      events.onSweep(await world.executor.sweep(() => keptJobs(options.jobsDirectory)))
      const freed = await relieveDisks(options.diskFolders, options.unused)
      if (freed.length > 0) events.onRelief(freed)
    },
    onError: error => events.onProblem('what old jobs left could not be removed', error),
  })
  const idling = createRepeater({
    everyMs: 250,
    work: async () => {
      const idleMs = running.size > 0 ? 0 : world.clock.monotonicMs() - idleSince
      if (options.idleTimeoutMs !== null && idleMs > options.idleTimeoutMs) drain()
    },
    onError: () => {}, // it only reads a clock
  })
  void sweeping.now()
  const beating = beat(
    { ...world, everyMs: options.heartbeatMs, jobs: () => [...running], onBeat: events.onBeat },
    ending.signal,
  )
  const serving = Array.from({ length: options.concurrency }, (_, slot) => serve(slot))

  async function endAll(): Promise<void> {
    await Promise.all([...serving, ...resumed])
    await world.owner.settled()
    ending.abort()
    await Promise.all([beating, sweeping.stop(), idling.stop(), cancelWords?.close(), intake.close()])
    // What a job of an earlier process stood on may not have been free at the last sweep, and no runner need come after this.
    await sweeping.now()
    await world.close()
  }

  return {
    jobs: () => [...running],
    drain,
    stopJobs: how => {
      for (const job of running) job.stop({ kind: how === 'cancel' ? 'canceled' : 'handed_over' })
    },
    ended: endAll(),
  }
}
