// What git fetched for one job (a `.git` before anything is checked out of it) serves the other jobs of its pipeline: copying
// it takes a few files, fetching it again five processes. It is taken before anything of a job can see it, and kept for those
// who ask for the very same a second time; a pipeline of one job costs no copy.
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Unused } from '../executor/port.ts'
import type { KeyedLock } from '../kit/keyed-lock.ts'

export type CopyOrder = {
  readonly projectId: number
  /** All that decides what is fetched. */
  readonly wish: readonly string[]
  /** Where it is to be: a `.git` that is not there yet. */
  readonly target: string
  readonly fetch: () => Promise<void>
}

export type GitCopies = { readonly bring: (order: CopyOrder) => Promise<void> }
export type KeptCopies = GitCopies & { readonly unused: () => Promise<readonly Unused[]> }

const keptPerProject = 2
const rememberedWishes = 1000

export function createGitCopies({ root, lock }: { readonly root: string; readonly lock: KeyedLock }): KeptCopies {
  const heard = new Set<string>()

  async function bring({ projectId, wish, target, fetch }: CopyOrder): Promise<void> {
    const folder = join(root, `${projectId}-${hashOf(wish)}`)
    if (!heard.has(folder)) {
      if (heard.size >= rememberedWishes) heard.clear()
      heard.add(folder)
      return fetch()
    }
    await lock(folder, async () => {
      if (await isThere(folder)) return copyOut(folder, target)
      await fetch()
      await keep(target, folder)
    })
    await trim(`${projectId}-`)
  }

  async function copyOut(folder: string, target: string): Promise<void> {
    await copy(folder, target)
    const now = new Date()
    await utimes(folder, now, now)
  }

  /** Made beside its place and moved there when it is whole. */
  async function keep(source: string, folder: string): Promise<void> {
    const fresh = `${folder}.new`
    await rm(fresh, { recursive: true, force: true })
    await mkdir(root, { recursive: true, mode: 0o700 })
    await copy(source, fresh)
    await rename(fresh, folder)
  }

  async function trim(prefix: string): Promise<void> {
    const ofProject = (await list()).filter(({ folder }) => basename(folder).startsWith(prefix))
    for (const { folder } of ofProject.slice(0, -keptPerProject)) await remove(folder)
  }

  async function unused(): Promise<readonly Unused[]> {
    return (await list()).map(({ folder, usedAtMs }) => ({
      what: `fetched sources ${basename(folder)}`,
      usedAtMs,
      free: () => remove(folder),
    }))
  }

  function remove(folder: string): Promise<void> {
    return lock(folder, () => rm(folder, { recursive: true, force: true }))
  }

  /** What was used last comes last. */
  async function list(): Promise<{ readonly folder: string; readonly usedAtMs: number }[]> {
    const names = await readdir(root).catch(() => []) // nothing was ever kept
    const found = await Promise.all(names.map(name => lastUse(join(root, name))))
    return found.filter(each => each !== null).sort((one, other) => one.usedAtMs - other.usedAtMs)
  }

  return { bring, unused }
}

function hashOf(wish: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(wish)).digest('hex').slice(0, 32)
}

/** Never by hard links: a job may write into its own. */
async function copy(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await cp(source, target, { recursive: true, errorOnExist: true, force: false, mode: constants.COPYFILE_FICLONE })
}

async function isThere(folder: string): Promise<boolean> {
  return (await lastUse(folder)) !== null
}

/** Null: it is gone. */
async function lastUse(folder: string): Promise<{ readonly folder: string; readonly usedAtMs: number } | null> {
  return stat(folder).then(
    ({ mtimeMs }) => ({ folder, usedAtMs: mtimeMs }),
    () => null,
  )
}
