// One claimed job, from its preparation to its acknowledged end. What stands on disk (job-folder.ts) is enough to go on
// from any point in another process:
//
//   prepare ─ begin ─ script ─ after_script ─ caches, artifacts ─ log acknowledged ─ end told ─ room removed (later)
import type { Room } from '../executor/port.ts'
import { AppError, messageOf } from '../kit/errors.ts'
import { yellow } from '../kit/terminal-colors.ts'
import type { JobOutcome } from '../run/model.ts'
import { type JobContext, type JobWorld, planJob, secretsOf, timeoutSecondsOf } from './job-context.ts'
import { tellEnd, tellOutcome } from './job-end.ts'
import type { JobFolder } from './job-folder.ts'
import { lastLine } from './job-log.ts'
import { saveResults } from './job-results.ts'
import { adoptRoom, prepareRoom } from './job-room.ts'
import { runAfterScript, runScript } from './job-steps.ts'
import { decideOutcome, type JobStory } from './outcome.ts'
import type { JobWord, LeaseKey } from './ports.ts'
import { createSectionLog } from './sections.ts'
import { isStopReason, type StopReason, stopReasonOf } from './stop-reason.ts'
import { openTrace } from './trace.ts'

export type RunningJob = {
  readonly key: LeaseKey
  readonly projectId: number
  readonly stop: (reason: StopReason) => void
  /** Null: given up or handed over; nothing was told. Never rejects. */
  readonly ended: Promise<JobOutcome | null>
}

export function startJob(folder: JobFolder, slot: number, world: JobWorld): RunningJob {
  const { payload } = folder
  const key = { jobId: payload.id, lease: payload.slipway.lease, leaseToken: payload.slipway.lease_token }
  const endScript = new AbortController()
  const endAfterScript = new AbortController()
  const leave = new AbortController()
  const signals = {
    work: AbortSignal.any([endScript.signal, leave.signal]),
    rest: AbortSignal.any([endAfterScript.signal, leave.signal]),
    endScript: endScript.signal,
    endAfterScript: endAfterScript.signal,
    leave: leave.signal,
  }

  /** A controller's first reason wins; later ones change nothing. */
  function stop(reason: StopReason): void {
    if (reason.kind === 'handed_over') leave.abort(reason)
    else endScript.abort(reason)
    if (reason.kind !== 'canceled' && reason.kind !== 'handed_over') endAfterScript.abort(reason)
  }

  async function live(): Promise<JobOutcome | null> {
    const timeoutSeconds = timeoutSecondsOf(folder, world.settings)
    const leftMs = Date.parse(folder.state().startedAt) + timeoutSeconds * 1000 - world.clock.nowMs()
    const timer = setTimeout(() => stop({ kind: 'timed_out', timeoutSeconds }), Math.max(0, leftMs))
    const plan = planJob(folder, { settings: world.settings, slot })
    const trace = await openTrace({
      directory: folder.directory,
      secrets: secretsOf(folder),
      cap: world.settings.cap,
      key,
      server: world.server,
      clock: world.clock,
      onWord: word => heedWord(word, stop),
      onDiskFull: () => stop({ kind: 'disk_full' }),
    })
    const sections = createSectionLog(trace.say, world.clock)
    try {
      return await goThrough({ key, folder, ...plan, trace, sections, signals }, world)
    } finally {
      clearTimeout(timer)
      await trace.stop()
    }
  }

  const ended = live().catch(async (error: unknown) => {
    world.onProblem(`job ${key.jobId} failed by a mistake of the runner`, error)
    return giveUp(folder, key, messageOf(error), { leave: leave.signal, world })
  })
  return { key, projectId: payload.job_info.project_id, stop, ended }
}

/** What could not even keep a log is told all the same: a job that was just left would come back for ever. */
async function giveUp(
  folder: JobFolder,
  key: LeaseKey,
  problem: string,
  { leave, world }: { readonly leave: AbortSignal; readonly world: JobWorld },
): Promise<JobOutcome | null> {
  const message = `the runner made a mistake: ${problem}`
  const outcome = decideOutcome({ stop: null, script: null, problem: { code: 'mistake', message }, upload: null })
  try {
    if ((await tellOutcome(key, outcome, world, leave)) === 'stale') return null
    await folder.remove()
    await world.executor.removeRoom({ jobId: key.jobId, lease: key.lease })
    return outcome
  } catch (error) {
    world.onProblem(`job ${key.jobId} was left`, error)
    return null
  }
}

function heedWord(word: JobWord, stop: (reason: StopReason) => void): void {
  if (word === 'canceling') stop({ kind: 'canceled' })
  if (word === 'stale') stop({ kind: 'stale' })
}

async function goThrough(context: JobContext, world: JobWorld): Promise<JobOutcome | null> {
  const { folder, key } = context
  let room: Room | null = null
  if (folder.state().phase !== 'finishing') {
    const { story, opened } = await runStages(context, world)
    room = opened
    if (stopReasonOf(context.signals.rest)?.kind === 'handed_over') return null
    await conclude(context, story)
  }
  const told = await tellEnd(context, world)
  if (told === 'handed_over') return null
  world.owner.run(`clean up after job ${key.jobId}`, async () => {
    // Without its folder the room is nobody's: should its removal fail, the sweeper goes on with it.
    await folder.remove()
    await (room === null ? world.executor.removeRoom(context.order.key) : room.close())
  })
  return told === 'told' ? folder.state().outcome : null
}

async function runStages(context: JobContext, world: JobWorld): Promise<{ story: JobStory; opened: Room | null }> {
  let room: Room | null = null
  let upload: JobStory['upload'] = null
  const keep = (opened: Room): Room => {
    room = opened
    return opened
  }
  try {
    if (context.folder.state().phase === 'preparing') await prepareRoom(context, world, keep)
    const opened = room ?? keep(await adoptRoom(context, world))
    await runScript(context, opened, world)
    await runAfterScript(context, opened, world)
  } catch (error) {
    await tellStuck(error, context)
    await context.folder.save({ problem: problemOf(error, context, world) })
  }
  if (room !== null && !context.signals.rest.aborted) upload = await saveResults(context, room, world)
  await context.sections.written()
  const stop = stopReasonOf(context.signals.rest) ?? stopReasonOf(context.signals.work) ?? context.folder.state().stop
  const { script, problem } = context.folder.state()
  return { story: { stop, script, problem, upload }, opened: room }
}

/** A cancel or a timeout is the story's end; that its processes live on is told beside it. */
async function tellStuck(error: unknown, { trace }: JobContext): Promise<void> {
  if (!(error instanceof AppError) || error.code !== 'container_stuck') return
  await trace.endLine()
  await trace.say(`${yellow(`WARNING: ${error.message}`)}\n`)
}

async function conclude({ folder, trace }: JobContext, story: JobStory): Promise<void> {
  const outcome = decideOutcome(story)
  await trace.endLine()
  await trace.say(`${lastLine(outcome)}\n`)
  await folder.save({ phase: 'finishing', outcome, stop: story.stop })
}

/** An abort is no problem of its own: its reason is the story's `stop`. */
function problemOf(error: unknown, { signals, key }: JobContext, world: JobWorld): JobStory['problem'] {
  if (signals.work.aborted || isStopReason(error)) return null
  if (error instanceof AppError) return { code: error.code, message: error.message }
  world.onProblem(`job ${key.jobId} failed by a mistake of the runner`, error)
  return { code: 'mistake', message: `the runner made a mistake: ${messageOf(error)}` }
}
