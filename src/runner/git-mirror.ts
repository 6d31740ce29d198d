// A bare copy of each project on this host, refreshed only when a pipeline's commit is missing from it: once a pipeline,
// whatever number of jobs follow.
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Unused } from '../executor/port.ts'
import type { KeyedLock } from '../kit/keyed-lock.ts'
import type { Git, GitAccess } from './git-command.ts'

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

export function createGitMirrors({
  root,
  lock,
  git,
}: {
  readonly root: string
  readonly lock: KeyedLock
  readonly git: Git
}): KeptMirrors {
  async function withCommit(order: MirrorOrder, signal: AbortSignal): Promise<string> {
    const directory = join(root, `${order.projectId}.git`)
    await lock(directory, async () => {
      if (!(await exists(directory))) await create(directory, signal)
      if (!(await hasCommitOf(directory, order))) await refresh(directory, order, signal)
      const now = new Date()
      await utimes(directory, now, now)
    })
    return directory
  }

  /** Made beside its place and moved there when it is whole. */
  async function create(directory: string, signal: AbortSignal): Promise<void> {
    const fresh = `${directory}.new`
    await rm(fresh, { recursive: true, force: true })
    await mkdir(fresh, { recursive: true, mode: 0o700 })
    const call = { directory: fresh, access: null, signal }
    await git(['init', '--quiet', '--bare', '.'], call)
    await git(['config', 'uploadpack.allowAnySHA1InWant', 'true'], call)
    await rename(fresh, directory)
  }

  async function refresh(directory: string, order: MirrorOrder, signal: AbortSignal): Promise<void> {
    // The commit is named by itself: the server may not yet have written its ref, or the branch may have moved on.
    const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*', `+${order.sha}:${refOf(order)}`]
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

/** A mirror's refs are never packed, so no process is needed to look. */
async function hasCommitOf(directory: string, order: MirrorOrder): Promise<boolean> {
  const found = await readFile(join(directory, refOf(order)), 'utf8').catch(() => '') // there is none
  return found.trimEnd() === order.sha
}

function refOf({ pipelineId }: MirrorOrder): string {
  return `refs/pipelines/${pipelineId}`
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
