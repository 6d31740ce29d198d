// Whether there is room for another job: at nine tenths of a disk none is taken, so that those that run can end.
import { statfs } from 'node:fs/promises'

const mostUsed = 0.9

/** The first of the folders whose disk is too full; a folder that is not of this host counts for nothing. */
export async function findFullDisk(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const stats = await statfs(folder).catch(() => null)
    if (stats === null) continue
    const used = stats.blocks - stats.bfree
    // As `df` counts: what is reserved for others is neither used nor free.
    if (used / Math.max(1, used + stats.bavail) > mostUsed) return folder
  }
  return null
}
