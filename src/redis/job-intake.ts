// The runner's end of the queue. Nothing is popped unless somebody waits in `next`, and what was popped for nobody (two
// classes had an entry at the same time, and there was one slot) is put back at once, for whichever runner is free.
import { randomUUID } from 'node:crypto'
import { type Job, Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { CancelFeed, Intake } from '../runner/ports.ts'
import { connectToAct, connectToListen, type RedisPlace } from './connection.ts'
import { channels, queueName } from './keys.ts'

export type JobIntakeOptions = RedisPlace & {
  /** The demand classes that this runner can serve now; asked again when a new one is announced. */
  readonly classes: () => Promise<readonly string[]>
  readonly onProblem: (message: string, error: unknown) => void
}

type Waiter = { readonly take: (jobId: number) => void }

/** Seconds that one blocking pop lasts. */
const popSeconds = 5
const pauseAfterFailureMs = 500
/** An entry is held only for the moment between pop and removal; one that a dying runner held is dropped soon after. */
const heldMs = 3000

export async function createJobIntake(options: JobIntakeOptions): Promise<Intake & CancelFeed> {
  const { url, prefix, onProblem } = options
  const names = channels(prefix)
  const acting = connectToAct(url)
  const listening = connectToListen(url)
  const waiters: Waiter[] = []
  const lines = new Map<string, Line>()
  const cancelListeners = new Set<(jobId: number) => void>()
  let wakeLines = Promise.withResolvers<void>()
  let isClosed = false

  async function refreshClasses(): Promise<void> {
    for (const demandClass of await options.classes())
      if (!isClosed && !lines.has(demandClass)) lines.set(demandClass, openLine(demandClass))
  }

  function openLine(demandClass: string): Line {
    return startLine({
      demandClass,
      place: options,
      acting,
      untilWanted: async () => {
        while (waiters.length === 0 && !isClosed) await wakeLines.promise
        return !isClosed
      },
      give: jobId => {
        const waiter = waiters.shift()
        waiter?.take(jobId)
        return waiter !== undefined
      },
      onProblem,
    })
  }

  listening.on('message', (channel: string, text: string) => {
    if (channel === names.cancel) for (const listener of cancelListeners) listener(Number(text))
    else refreshClasses().catch(error => onProblem('the classes of jobs could not be read', error))
  })
  // After a lost connection announcements may have been missed.
  listening.on(
    'ready',
    () => void refreshClasses().catch(error => onProblem('the classes of jobs could not be read', error)),
  )
  await listening.subscribe(names.classes, names.cancel)
  await refreshClasses()

  return {
    next: signal =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const waiter: Waiter = {
          take(jobId) {
            signal.removeEventListener('abort', leave)
            resolve({ jobId })
          },
        }
        const leave = (): void => {
          const at = waiters.indexOf(waiter)
          if (at >= 0) waiters.splice(at, 1)
          reject(signal.reason)
        }
        signal.addEventListener('abort', leave, { once: true })
        waiters.push(waiter)
        wakeLines.resolve()
        wakeLines = Promise.withResolvers()
      }),
    async listen(onCancel) {
      cancelListeners.add(onCancel)
      return {
        close: async () => {
          cancelListeners.delete(onCancel)
        },
      }
    },
    async close() {
      isClosed = true
      wakeLines.resolve()
      await Promise.all([...lines.values()].map(line => line.close()))
      acting.disconnect()
      listening.disconnect()
    },
  }
}

type Line = { readonly close: () => Promise<void> }

type LineOptions = {
  readonly demandClass: string
  readonly place: RedisPlace
  readonly acting: Redis
  /** Resolves when somebody waits for a job; false: closed. */
  readonly untilWanted: () => Promise<boolean>
  /** False: nobody waits any more. */
  readonly give: (jobId: number) => boolean
  readonly onProblem: (message: string, error: unknown) => void
}

/** Pops the entries of one class, one after another, while somebody waits for them. */
function startLine({ demandClass, place, acting, untilWanted, give, onProblem }: LineOptions): Line {
  const { url, prefix } = place
  const blocking = connectToListen(url)
  const stalling = { lockDuration: heldMs, stalledInterval: heldMs, maxStalledCount: 0 }
  const settings = { prefix, autorun: false, drainDelay: popSeconds, ...stalling }
  const worker = new Worker(queueName(demandClass), null, { ...settings, connection: blocking })
  const queue = new Queue(queueName(demandClass), { connection: acting, prefix, skipMetasUpdate: true })
  worker.on('error', () => {}) // told where a call fails
  queue.on('error', () => {})
  void worker.startStalledCheckTimer().catch(() => {}) // it goes on by itself, and has an error event of its own
  const token = randomUUID()
  let isClosed = false

  async function pop(): Promise<void> {
    const job = (await worker.getNextJob(token)) as Job<number> | undefined
    if (job === undefined) return
    // Used up before it is given away: from here on the claim decides, and the server repeats what gets lost.
    await job.moveToCompleted(null, token, false)
    if (!give(job.data)) await queue.add('job', job.data, { ...job.opts, jobId: job.id ?? randomUUID() })
  }

  async function run(): Promise<void> {
    while (!isClosed && (await untilWanted())) {
      try {
        await pop()
      } catch (error) {
        if (isClosed) return
        onProblem(`the queue of ${demandClass} could not be read`, error)
        await new Promise(resolve => setTimeout(resolve, pauseAfterFailureMs))
      }
    }
  }

  const running = run()
  return {
    async close() {
      isClosed = true
      await worker.close(true) // ends a pop that waits
      await running
      await queue.close()
      blocking.disconnect()
    },
  }
}
