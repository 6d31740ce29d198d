// Writes that arrive together share one transaction, and so one fsync: a durable commit costs more than the rows in it.
import type { Transaction } from 'kysely'
import { AppError } from '../kit/errors.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

/** Reads and writes rows, decides, and returns its decision. May run twice, so it touches nothing but the transaction. */
export type Work<T> = (transaction: Transaction<Tables>) => Promise<T>
export type GroupCommit = <T>(work: Work<T>) => Promise<T>

type Waiting = {
  readonly run: (transaction: Transaction<Tables>) => Promise<() => void>
  readonly reject: (error: unknown) => void
}

const maxGroup = 64

export function createGroupCommit(database: Database): GroupCommit {
  let waiting: Waiting[] = []
  let isFlushing = false

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.slice(0, maxGroup)
      waiting = waiting.slice(maxGroup)
      await commitTogether(database, group)
    }
    isFlushing = false
  }

  return <T>(work: Work<T>) =>
    new Promise<T>((resolve, reject) => {
      const run = async (transaction: Transaction<Tables>) => {
        const result = await work(transaction)
        return () => resolve(result)
      }
      waiting.push({ run, reject })
      if (isFlushing) return
      isFlushing = true
      setImmediate(() => void flush()) // never rejects: each failure goes to its own caller
    })
}

/** If one fails, each is repeated by itself, so that only the one at fault is told. */
async function commitTogether(database: Database, group: readonly Waiting[]): Promise<void> {
  try {
    const settled = await database.transaction().execute(async transaction => {
      const callbacks: (() => void)[] = []
      for (const work of group) callbacks.push(await work.run(transaction))
      return callbacks
    })
    for (const resolve of settled) resolve()
  } catch (error) {
    if (group.length === 1) group[0]?.reject(told(error))
    else for (const work of group) await commitTogether(database, [work])
  }
}

/** A disk without room is an expected failure, with a sentence. */
function told(error: unknown): unknown {
  const { errcode } = error as { readonly errcode?: unknown }
  if (errcode !== sqliteFull && errcode !== sqliteNoRoomForIndex) return error
  return new AppError('storage_full', 'the disk of the server is full: nothing of this was kept', { cause: error })
}

const sqliteFull = 13
/** SQLITE_IOERR_SHMSIZE: the index of the write-ahead log cannot grow. */
const sqliteNoRoomForIndex = 4874
