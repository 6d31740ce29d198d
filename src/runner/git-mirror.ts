// A bare copy of each project on this host, refreshed only when a commit is missing from it: once a push, whatever number
// of jobs follow.
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Unused } from '../executor/port.ts'
import type { KeyedLock } from '../kit/keyed-lock.ts'
import { type GitAccess, git } from './git-command.ts'

export type MirrorOrder = {
  readonly projectId: number
  readonly url: string
  readonly sha: string
  readonly pipelineId: number
  readonly access: GitAccess
}

export type GitMirrors = {
  /** The folder of a mirror that has the commit. */
  readonly withCommit: (order: MirrorOrder, signal: AbortSignal) => Promise<string>
}

export type KeptMirrors = GitMirrors & { readonly unused: () => Promise<readonly Unused[]> }

/** A job may still be reading what it was given so long ago. */
const readForMs = 600_000

export function createGitMirrors({ root, lock }: { readonly root: string; readonly lock: KeyedLock }): KeptMirrors {
  /** The commit that was last found in each mirror: the other jobs of its pipeline need not look again. */
  const found = new Map<string, string>()

  async function withCommit(order: MirrorOrder, signal: AbortSignal): Promise<string> {
    const directory = join(root, `${order.projectId}.git`)
    await lock(directory, async () => {
      if (!(await exists(directory))) await create(directory, signal)
      if (found.get(directory) !== order.sha && !(await hasCommit(directory, order.sha, signal)))
        await refresh(directory, order, signal)
      found.set(directory, order.sha)
      const now = new Date()
      await utimes(directory, now, now)
    })
    return directory
  }

  /** Made beside its place and moved there when it is whole. */
  async function create(directory: string, signal: AbortSignal): Promise<void> {
    found.delete(directory)
    const fresh = `${directory}.new`
    await rm(fresh, { recursive: true, force: true })
    await mkdir(fresh, { recursive: true, mode: 0o700 })
    const call = { directory: fresh, access: null, signal }
    await git(['init', '--quiet', '--bare', '.'], call)
    await git(['config', 'uploadpack.allowAnySHA1InWant', 'true'], call)
    await rename(fresh, directory)
  }

  async function refresh(directory: string, order: MirrorOrder, signal: AbortSignal): Promise<void> {
    const ofPipeline = `refs/pipelines/${order.pipelineId}`
    const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*', `+${ofPipeline}:${ofPipeline}`]
    const call = { directory, access: order.access, signal }
    await git(['fetch', '--quiet', '--prune', '--no-tags', '--', order.url, ...refs], call)
  }

  async function unused(): Promise<readonly Unused[]> {
    const names = await readdir(root).catch(() => []) // nothing was ever kept
    const found = await Promise.all(names.map(name => unusedMirror(join(root, name))))
    return found.filter(mirror => mirror !== null)
  }

  async function unusedMirror(directory: string): Promise<Unused | null> {
    const usedAtMs = await lastUse(directory)
    if (usedAtMs === null || usedAtMs > Date.now() - readForMs) return null
    const free = () =>
      lock(directory, async () => {
        if ((await lastUse(directory)) === usedAtMs) await rm(directory, { recursive: true, force: true })
      })
    return { what: `mirror ${basename(directory)}`, usedAtMs, free }
  }

  return { withCommit, unused }
}

async function hasCommit(directory: string, sha: string, signal: AbortSignal): Promise<boolean> {
  try {
    await git(['cat-file', '-e', `${sha}^{commit}`], { directory, access: null, signal })
    return true
  } catch {
    signal.throwIfAborted()
    return false
  }
}

async function exists(directory: string): Promise<boolean> {
  return stat(join(directory, 'config')).then(
    () => true,
    () => false,
  )
}

/** Null: it is gone. */
async function lastUse(directory: string): Promise<number | null> {
  return stat(directory).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  )
}
