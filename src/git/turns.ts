// One change to a repository at a time: pushes and the API's changes of refs wait for each other.
import PQueue from 'p-queue'

export type Turns = {
  readonly take: <T>(projectId: number, action: () => Promise<T>) => Promise<T>
  /** Waits until nothing is going on. */
  readonly idle: () => Promise<void>
}

export function createTurns(): Turns {
  const queues = new Map<number, PQueue>()
  return {
    take: async (projectId, action) => {
      const queue = queues.get(projectId) ?? new PQueue({ concurrency: 1 })
      queues.set(projectId, queue)
      try {
        return await queue.add(action)
      } finally {
        if (queue.size === 0 && queue.pending === 0) queues.delete(projectId)
      }
    },
    idle: async () => {
      await Promise.all([...queues.values()].map(queue => queue.onIdle()))
    },
  }
}
