// A little room on the disk that is kept for the moment when there is none: enough for a job's last words and its end.
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type DiskReserve = {
  /** Gives the room back to the disk; resolves when others can have it. */
  readonly release: () => Promise<void>
}

const sizeBytes = 256 * 1024

/** Best effort: on a disk that is full already there is nothing to keep. */
export function keepReserve(folder: string): DiskReserve {
  const path = join(folder, 'reserve')
  // Zeros that are written, not a hole: a hole keeps no room.
  const kept = writeFile(path, new Uint8Array(sizeBytes), { mode: 0o600 }).catch(() => {})
  return {
    release: async () => {
      await kept
      await rm(path, { force: true })
    },
  }
}

export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}
