// The daemon of a host: as many slots as it may run jobs, each of which waits for a wake-up, claims, and runs. A job
// that an earlier process left has a slot first.
import { AppError } from '../kit/errors.ts'
import { createRepeater } from '../kit/repeater.ts'
import type { JobPayload } from '../run/protocol.ts'
import { claimJob } from './claim.ts'
import { beat } from './heartbeat.ts'
import { type RunningJob, startJob } from './job.ts'
import type { JobWorld } from './job-context.ts'
import { createJobFolder, findJobFolders, type JobFolder, keptJobs } from './job-folder.ts'
import type { CancelFeed, Intake } from './ports.ts'
import { sweepRooms } from './sweeper.ts'

export type DaemonOptions = {
  readonly world: JobWorld
  readonly intake: Intake
  readonly cancelFeed: CancelFeed | null
  /** Where the jobs' folders are. */
  readonly jobsDirectory: string
  readonly concurrency: number
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
  let taken = 0
  let idleSince = world.clock.monotonicMs()

  const left = await findJobFolders(options.jobsDirectory)
  const cancelWords = await options.cancelFeed?.listen(jobId => {
    for (const job of running) if (job.key.jobId === jobId) job.stop({ kind: 'canceled' })
  })

  async function live(folder: JobFolder, slot: number): Promise<void> {
    const job = startJob(folder, slot, world)
    running.add(job)
    events.onJobStart(job)
    await job.ended
    running.delete(job)
    idleSince = world.clock.monotonicMs()
    events.onJobEnd(job)
  }

  async function serve(slot: number): Promise<void> {
    await resumed[slot]
    while (!draining.signal.aborted) {
      try {
        const folder = await takeJob()
        if (folder !== null) await live(folder, slot)
      } catch (error) {
        if (draining.signal.aborted) return
        events.onProblem('no job could be taken', error)
        await world.clock.sleep(1000, draining.signal).catch(() => {}) // drained: the loop's condition ends it
      }
    }
  }

  async function takeJob(): Promise<JobFolder | null> {
    const woken = await intake.next(draining.signal)
    if (isEnough()) return null
    taken += 1
    const payload = woken.payload ?? (await claim(woken.jobId))
    if (payload === null) taken -= 1
    if (isEnough()) drain()
    return payload === null
      ? null
      : createJobFolder(options.jobsDirectory, payload, new Date(world.clock.nowMs()).toISOString())
  }

  async function claim(jobId: number | null): Promise<JobPayload | null> {
    try {
      return await claimJob(jobId, world, draining.signal)
    } catch (error) {
      taken -= 1
      throw error
    }
  }

  function isEnough(): boolean {
    return options.maxJobs !== null && taken >= options.maxJobs
  }

  function drain(): void {
    draining.abort(new AppError('drained', 'the runner takes no more jobs'))
  }

  const resumed = left.map(live)
  const sweeping = createRepeater({
    everyMs: options.sweepMs,
    work: () => sweepRooms(world.executor, () => keptJobs(options.jobsDirectory), ending.signal),
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
    await world.executor.close()
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
