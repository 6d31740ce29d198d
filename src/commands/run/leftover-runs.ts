// What a run that was killed has left: its containers and its temporary folder. Each run writes down while it lives what it
// makes; the next one takes away what belongs to a process that is no more.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** `dockerHost`: what is in another engine is left to a run that uses that one. */
export type RunRecord = {
  readonly runnerId: string
  readonly pid: number
  readonly folder: string
  readonly dockerHost: string
}

/** The answer forgets the run again. */
export async function writeRunRecord(folder: string, record: RunRecord): Promise<() => Promise<void>> {
  const file = join(folder, `${record.runnerId}.json`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(file, JSON.stringify(record), { mode: 0o600 })
  return () => rm(file, { force: true })
}

/** @param removeRooms takes away all that bears the mark of a runner */
export async function removeLeftoverRuns(
  folder: string,
  dockerHost: string,
  removeRooms: (runnerId: string) => Promise<void>,
): Promise<void> {
  for (const name of await readdir(folder)) {
    const record = await readRecord(join(folder, name))
    if (record === null || record.dockerHost !== dockerHost || isAlive(record.pid)) continue
    await removeRooms(record.runnerId)
    await rm(record.folder, { recursive: true, force: true })
    await rm(join(folder, name), { force: true })
  }
}

async function readRecord(file: string): Promise<RunRecord | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RunRecord
  } catch {
    return null // being written, or removed by its own run
  }
}

/** Another process with the same number keeps it for another day. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
