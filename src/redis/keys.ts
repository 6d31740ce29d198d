// All names in Redis. The prefix lets several installations share one Redis.

export const defaultPrefix = 'slipway'

/** BullMQ's queue of a demand class; BullMQ puts the prefix before it. */
export function queueName(demandClass: string): string {
  return `jobs-${demandClass}`
}

/** Is there as long as Redis remembers what was put into it. */
export function memoryKey(prefix: string): string {
  return `${prefix}:memory`
}

/** Channels: what is to be canceled; classes of demand seen for the first time; one for each live topic. */
export function channels(prefix: string) {
  return {
    cancel: `${prefix}:cancel`,
    classes: `${prefix}:classes`,
    live: (topic: string) => `${prefix}:live:${topic}`,
  }
}
