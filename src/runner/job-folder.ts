// What a runner keeps of a job on disk so that its next process can go on with it: the payload, where the job stands, and
// the spool. The folder is the runner's alone and goes away with the job.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RoomKey, StepEnd } from '../executor/port.ts'
import type { JobOutcome } from '../run/model.ts'
import type { JobPayload } from '../run/protocol.ts'
import { isDiskFull } from './disk-reserve.ts'
import type { StopReason } from './stop-reason.ts'

/**
 *  preparing ──► script ──► after_script ──► uploading ──► finishing
 *
 * From `script` on the server has acknowledged that the script may run: it never runs a second time.
 */
export type JobPhase = 'preparing' | 'script' | 'after_script' | 'uploading' | 'finishing'

export type JobState = {
  readonly phase: JobPhase
  /** ISO time; the job's own timeout counts from it, over all processes. */
  readonly startedAt: string
  /** Whether the shell has the whole text of the phase's script. */
  readonly isFed: boolean
  readonly script: StepEnd | null
  readonly stop: StopReason | null
  /** What kept the script from running. */
  readonly problem: { readonly code: string; readonly message: string } | null
  /** Set when the phase is `finishing`. */
  readonly outcome: JobOutcome | null
}

export type JobFolder = {
  readonly directory: string
  readonly payload: JobPayload
  readonly state: () => JobState
  readonly save: (change: Partial<JobState>) => Promise<void>
  readonly remove: () => Promise<void>
}

export async function createJobFolder(root: string, payload: JobPayload, startedAt: string): Promise<JobFolder> {
  const directory = join(root, `${payload.id}-${payload.slipway.lease}`)
  const state: JobState = {
    phase: 'preparing',
    startedAt,
    isFed: false,
    script: null,
    stop: null,
    problem: null,
    outcome: null,
  }
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeSafely(join(directory, 'payload.json'), payload)
    await writeSafely(join(directory, 'state.json'), state)
  } catch (error) {
    // A part of it would look like a job that lives.
    await rm(directory, { recursive: true, force: true })
    throw error
  }
  return jobFolder(directory, payload, state)
}

const roomWithinMs = 60_000

/** What an earlier process left; a folder that it had not finished writing is none. */
export async function findJobFolders(root: string): Promise<readonly JobFolder[]> {
  const names = await readdir(root).catch(() => []) // nothing was ever kept
  const found = await Promise.all(names.map(name => readJobFolder(join(root, name))))
  return found.filter(folder => folder !== null)
}

/** A folder is there from the claim until the job's end is acknowledged. */
export async function keptJobs(root: string): Promise<readonly RoomKey[]> {
  const names = await readdir(root).catch(() => []) // nothing was ever kept
  return names.map(name => name.split('-').map(Number)).map(([jobId = 0, lease = 0]) => ({ jobId, lease }))
}

async function readJobFolder(directory: string): Promise<JobFolder | null> {
  try {
    const payload = JSON.parse(await readFile(join(directory, 'payload.json'), 'utf8')) as JobPayload
    const state = JSON.parse(await readFile(join(directory, 'state.json'), 'utf8')) as JobState
    return jobFolder(directory, payload, state)
  } catch {
    await rm(directory, { recursive: true, force: true })
    return null
  }
}

function jobFolder(directory: string, payload: JobPayload, first: JobState): JobFolder {
  let state = first
  return {
    directory,
    payload,
    state: () => state,
    save: async change => {
      state = { ...state, ...change }
      await untilThereIsRoom(() => writeSafely(join(directory, 'state.json'), state))
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

/** A disk that is full for a while makes a job wait: without its state a successor might run its script twice. */
async function untilThereIsRoom(write: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + roomWithinMs
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!isDiskFull(error) || performance.now() > deadline) throw error
      await sleep(500)
    }
  }
}

async function writeSafely(path: string, value: unknown): Promise<void> {
  const fresh = `${path}.new`
  await writeFile(fresh, JSON.stringify(value), { mode: 0o600 })
  await rename(fresh, path)
}
