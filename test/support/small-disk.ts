// A disk of a few megabytes, to be filled.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { createTemporaryFolder } from './temporary.ts'

export type SmallDisk = {
  readonly path: string
  /** Takes all the room that is left; resolves when there is none. */
  readonly fill: () => Promise<void>
  readonly free: () => Promise<void>
  readonly remove: () => Promise<void>
}

export async function createSmallDisk(sizeMib: number): Promise<SmallDisk> {
  const temporary = await createTemporaryFolder('slipway-disk')
  const path = join(temporary.path, 'disk')
  const ballast = join(path, 'ballast')
  await mkdir(path)
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m,mode=0755`, 'tmpfs', path])
  return {
    path,
    async fill() {
      for (const sizeBytes of [1024 * 1024, 4096]) {
        const piece = new Uint8Array(sizeBytes)
        while (await appends(ballast, piece));
      }
    },
    free: () => rm(ballast, { force: true }),
    async remove() {
      await execa('umount', ['-l', path])
      await temporary.remove()
    },
  }
}

async function appends(file: string, piece: Uint8Array): Promise<boolean> {
  try {
    await writeFile(file, piece, { flag: 'a' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}
