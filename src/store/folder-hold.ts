// Who serves a data folder. The lock is SQLite's, on a file beside the data: the kernel drops it with the process that holds
// it, however that ends.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../kit/errors.ts'

/** What one process alone may serve from a data folder. */
export type ServedPart = 'web' | 'registry'

export type FolderHold = { readonly release: () => void }

/** @throws AppError `data_folder_held` when another process serves one of the parts */
export function holdFolder(folder: string, parts: readonly ServedPart[]): FolderHold {
  const locks: DatabaseSync[] = []
  const release = (): void => {
    for (const lock of locks.splice(0)) lock.close()
  }
  try {
    for (const part of parts) {
      const lock = new DatabaseSync(join(folder, `${part}.lock`))
      locks.push(lock)
      lock.exec('BEGIN EXCLUSIVE')
    }
  } catch (error) {
    release()
    if (!isBusy(error)) throw error
    throw new AppError(
      'data_folder_held',
      `another Slipway serves the data folder ${folder}: stop it, or name another folder with --data`,
    )
  }
  return { release }
}

const busyCode = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busyCode
}
