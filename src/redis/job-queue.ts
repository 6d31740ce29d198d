// Wakes runners through BullMQ: one queue a demand class, an entry for each pending job, holding the job's id and nothing
// else. An entry's own id is derived, so that adding it twice while it waits changes nothing.
import { Queue } from 'bullmq'
import { AppError } from '../kit/errors.ts'
import type { JobQueue, WakeUp } from '../run/ports.ts'
import { connectToAct, type RedisPlace } from './connection.ts'
import { channels, memoryKey, queueName } from './keys.ts'

export type RedisJobQueue = JobQueue & {
  /** Entries that wait, by demand class, of the classes that this process has woken. */
  readonly depths: () => Promise<Readonly<Record<string, number>>>
  readonly close: () => Promise<void>
}

export function createJobQueue({ url, prefix }: RedisPlace): RedisJobQueue {
  const connection = connectToAct(url)
  const queues = new Map<string, Queue>()
  /** The classes that this process has told runners of: one may have to begin to listen. */
  const announced = new Set<string>()
  const names = channels(prefix)

  function queueOf(demandClass: string): Queue {
    const known = queues.get(demandClass)
    if (known !== undefined) return known
    const queue = new Queue(queueName(demandClass), { connection, prefix, skipMetasUpdate: true })
    queue.on('error', () => {}) // the call that failed tells it
    queues.set(demandClass, queue)
    return queue
  }

  async function add(demandClass: string, entries: readonly WakeUp[]): Promise<void> {
    // A queue that is made while Redis is away never works again: BullMQ remembers that it could not begin.
    if (connection.status !== 'ready') throw new AppError('redis_unreachable', `Redis is away (${connection.status})`)
    const queue = queueOf(demandClass)
    try {
      await queue.addBulk(entries.map(toEntry))
    } catch (error) {
      queues.delete(demandClass)
      queue.close().catch(() => {}) // its connection is ours, and goes on
      throw error
    }
  }

  return {
    async wake(entries) {
      const byClass = Map.groupBy(entries, entry => entry.demandClass)
      for (const [demandClass, group] of byClass) {
        await add(demandClass, group)
        if (announced.has(demandClass)) continue
        await connection.publish(names.classes, demandClass)
        announced.add(demandClass)
      }
    },
    async hasForgotten() {
      if (connection.status !== 'ready') return false
      return (await connection.set(memoryKey(prefix), '1', 'NX')) === 'OK'
    },
    async cancel(jobId) {
      await connection.publish(names.cancel, String(jobId))
    },
    async depths() {
      const counted = [...queues].map(
        async ([demandClass, queue]) => [demandClass, await queue.getWaitingCount()] as const,
      )
      return Object.fromEntries(await Promise.all(counted))
    },
    async close() {
      await Promise.all([...queues.values()].map(queue => queue.close()))
      connection.disconnect()
    },
  }
}

function toEntry({ pipelineId, jobId, lease }: WakeUp) {
  return {
    name: 'job',
    data: jobId,
    opts: { jobId: `${pipelineId}-${jobId}-${lease}`, removeOnComplete: true, removeOnFail: true },
  }
}
