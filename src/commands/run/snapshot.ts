// The working copy as one commit, so that jobs get it the way they get every commit: tracked files as they stand now, new
// files that are not ignored, nothing else. All that git writes for it goes to a repository in the temporary folder that
// borrows the working copy's objects.
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GitCall, git } from './git.ts'
import type { WorkingCopy } from './working-copy.ts'

export type Snapshot = {
  /** A bare repository that has the commit. */
  readonly repository: string
  /** HEAD itself when nothing differs from it. */
  readonly sha: string
  readonly isDirty: boolean
}

/** @param ref the full name under which jobs fetch it */
export async function takeSnapshot(copy: WorkingCopy, folder: string, ref: string): Promise<Snapshot> {
  const repository = join(folder, 'source.git')
  await mkdir(repository, { recursive: true, mode: 0o700 })
  await git(['init', '--quiet', '--bare', '--template=', '.'], { folder: repository })
  await git(['config', 'uploadpack.allowAnySHA1InWant', 'true'], { folder: repository })
  await borrow(copy, repository)
  const call = await callOf(copy, repository, join(folder, 'index'))
  await git(['add', '--all', '--', '.'], call)
  const tree = await git(['write-tree'], call)
  const { head } = copy
  const isDirty = head === null || tree !== (await git(['rev-parse', `${head.sha}^{tree}`], { folder: repository }))
  const sha = isDirty ? await commit(copy, tree, repository) : head.sha
  await git(['update-ref', ref, sha], { folder: repository })
  return { repository, sha, isDirty }
}

/** Objects, refs, and where the history of a shallow clone ends. */
async function borrow({ folder, repository: own }: WorkingCopy, repository: string): Promise<void> {
  if (own === null) return
  await mkdir(join(repository, 'objects', 'info'), { recursive: true })
  await writeFile(join(repository, 'objects', 'info', 'alternates'), `${own.objectsFolder}\n`)
  await copyFile(join(own.objectsFolder, '..', 'shallow'), join(repository, 'shallow')).catch(ignoreMissing)
  const refs = await git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'], { folder })
  if (refs !== '') await writeFile(join(repository, 'packed-refs'), `${refs}\n`)
}

/** The index is a copy, too: git sees by its times what has not changed, and need not read it. */
async function callOf({ folder, repository: own }: WorkingCopy, repository: string, index: string): Promise<GitCall> {
  const environment = { GIT_INDEX_FILE: index, GIT_OBJECT_DIRECTORY: join(repository, 'objects') }
  if (own === null) return { folder, environment: { ...environment, GIT_DIR: repository, GIT_WORK_TREE: folder } }
  await copyFile(join(own.gitFolder, 'index'), index).catch(ignoreMissing)
  return { folder, environment: { ...environment, GIT_ALTERNATE_OBJECT_DIRECTORIES: own.objectsFolder } }
}

const nobody = { name: 'slipway run', email: 'slipway@localhost' }

async function commit({ head }: WorkingCopy, tree: string, repository: string): Promise<string> {
  const title = head?.commit.message.split('\n')[0] ?? 'Working copy'
  const environment = {
    GIT_AUTHOR_NAME: nobody.name,
    GIT_AUTHOR_EMAIL: nobody.email,
    GIT_COMMITTER_NAME: nobody.name,
    GIT_COMMITTER_EMAIL: nobody.email,
  }
  const parent = head === null ? [] : ['-p', head.sha]
  const message = ['-m', `${title} (with uncommitted changes)`]
  return git(['commit-tree', ...parent, ...message, tree], { folder: repository, environment })
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
