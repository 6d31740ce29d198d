// Whether there is room for another job: at nine tenths of a disk none is taken, so that those that run can end.
import { statfs } from 'node:fs/promises'
import type { Unused } from '../executor/port.ts'

const mostUsed = 0.9
/** From here on the runner gives back what it can bring again. */
const pressureFrom = 0.8

/** The first of the folders whose disk is too full; a folder that is not of this host counts for nothing. */
export async function findFullDisk(folders: readonly string[], most = mostUsed): Promise<string | null> {
  for (const folder of folders) if (await isFuller(folder, most)) return folder
  return null
}

/** Frees what was unused for longest, one by one, until the disks have room; tells what it was. */
export async function relieveDisks(
  folders: readonly string[],
  unused: () => Promise<readonly Unused[]>,
): Promise<readonly string[]> {
  const freed: string[] = []
  if ((await findFullDisk(folders, pressureFrom)) === null) return freed
  for (const one of [...(await unused())].sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    if ((await findFullDisk(folders, pressureFrom)) === null) return freed
    const isFreed = await one.free().then(
      () => true,
      () => false, // in use after all: the next one
    )
    if (isFreed) freed.push(one.what)
  }
  return freed
}

async function isFuller(folder: string, most: number): Promise<boolean> {
  const stats = await statfs(folder).catch(() => null)
  if (stats === null) return false
  const used = stats.blocks - stats.bfree
  // As `df` counts: what is reserved for others is neither used nor free.
  return used / Math.max(1, used + stats.bavail) > most
}
