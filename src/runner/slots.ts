// How many jobs a runner may have at the same time: what its owner says, and no more than the engine has room for. Pure.
import type { EngineFacts } from '../executor/port.ts'
import { AppError } from '../kit/errors.ts'

/** What one job is counted with; null: not counted by that. */
export type SlotShare = { readonly cpus: number | null; readonly memoryBytes: number | null }

export function countSlots(
  { concurrency, slot }: { readonly concurrency: number; readonly slot: SlotShare },
  engine: Pick<EngineFacts, 'cpus' | 'memoryBytes'>,
): number {
  const byCpus = slot.cpus === null ? concurrency : Math.floor(engine.cpus / slot.cpus)
  const byMemory = slot.memoryBytes === null ? concurrency : Math.floor(engine.memoryBytes / slot.memoryBytes)
  if (byCpus < 1)
    throw new AppError('usage', `slot.cpus: a job is counted with ${slot.cpus}, the engine has ${engine.cpus}`)
  if (byMemory < 1)
    throw new AppError(
      'usage',
      `slot.memory: a job is counted with ${slot.memoryBytes} bytes, the engine has ${engine.memoryBytes}`,
    )
  return Math.min(concurrency, byCpus, byMemory)
}
