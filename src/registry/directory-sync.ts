// Makes renames durable. Syncs of one directory that are asked for while one runs share the next, since a sync covers all
// that was renamed before it began.
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

export type DirectorySync = {
  /** Makes the directory, durably. */
  readonly ensure: (directory: string) => Promise<void>
  /** Resolves when all that was renamed into the directory before the call is on disk. */
  readonly sync: (directory: string) => Promise<void>
}

export function createDirectorySync(): DirectorySync {
  const known = new Map<string, Promise<void>>()
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, Promise<void>>()

  function sync(directory: string): Promise<void> {
    const before = running.get(directory)
    if (before === undefined) return start(directory)
    const joined = waiting.get(directory)
    if (joined !== undefined) return joined
    const next = before.catch(ignoreForeignFailure).then(() => {
      waiting.delete(directory)
      return start(directory)
    })
    waiting.set(directory, next)
    return next
  }

  function start(directory: string): Promise<void> {
    const current = syncDirectory(directory).finally(() => {
      if (running.get(directory) === current) running.delete(directory)
    })
    running.set(directory, current)
    return current
  }

  async function make(directory: string): Promise<void> {
    const first = await mkdir(directory, { recursive: true })
    if (first === undefined) return
    await sync(dirname(directory))
    await sync(dirname(dirname(directory)))
  }

  return {
    sync,
    ensure(directory) {
      const promise = known.get(directory) ?? make(directory)
      known.set(directory, promise)
      promise.catch(() => known.delete(directory)) // the caller gets the error; the next one tries again
      return promise
    },
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle: FileHandle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The failure was told to those who waited for that very sync. */
function ignoreForeignFailure(): void {}
