// The working copy as one commit, so that jobs get it the way they get every commit: tracked files as they stand now, new
// files that are not ignored, nothing else. All that is written for it goes to a repository in the temporary folder that
// borrows the working copy's objects.
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type GitCall, git } from './git.ts'
import type { WorkingCopy } from './working-copy.ts'

export type SnapshotOrder = {
  readonly copy: WorkingCopy
  /** A bare repository to be made. */
  readonly repository: string
  /** The full name under which jobs fetch the commit. */
  readonly ref: string
}

/** The commit: HEAD itself when nothing differs from it. */
export async function takeSnapshot({ copy, repository, ref }: SnapshotOrder): Promise<string> {
  await makeRepository(copy, repository)
  const [tree] = await Promise.all([writeTree(copy, repository), borrowRefs(copy, repository)])
  const sha = tree === copy.head?.tree ? copy.head.sha : await commit(copy, tree, repository)
  await mkdir(dirname(join(repository, ref)), { recursive: true })
  await writeFile(join(repository, ref), `${sha}\n`)
  return sha
}

const configuration = `[core]
	repositoryformatversion = 0
	bare = true
[uploadpack]
	allowAnySHA1InWant = true
`

/** What `git init` makes, without a process of its own. The objects are the working copy's; where its history ends, too. */
async function makeRepository({ repository: own }: WorkingCopy, repository: string): Promise<void> {
  await mkdir(join(repository, 'objects', 'info'), { recursive: true, mode: 0o700 })
  await mkdir(join(repository, 'refs'))
  await writeFile(join(repository, 'HEAD'), 'ref: refs/heads/none\n')
  await writeFile(join(repository, 'config'), configuration)
  if (own === null) return
  await writeFile(join(repository, 'objects', 'info', 'alternates'), `${own.objectsFolder}\n`)
  await copyFile(join(own.objectsFolder, '..', 'shallow'), join(repository, 'shallow')).catch(ignoreMissing)
}

async function borrowRefs({ folder, repository: own }: WorkingCopy, repository: string): Promise<void> {
  if (own === null) return
  const refs = await git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'], { folder })
  if (refs !== '') await writeFile(join(repository, 'packed-refs'), `${refs}\n`)
}

async function writeTree(copy: WorkingCopy, repository: string): Promise<string> {
  const call = await callOf(copy, repository)
  await git(['add', '--all', '--', '.'], call)
  return git(['write-tree'], call)
}

/** The index is a copy, too: git sees by its times what has not changed, and need not read it. */
async function callOf({ folder, repository: own }: WorkingCopy, repository: string): Promise<GitCall> {
  const index = join(repository, 'index')
  const environment = { GIT_INDEX_FILE: index, GIT_OBJECT_DIRECTORY: join(repository, 'objects') }
  if (own === null) return { folder, environment: { ...environment, GIT_DIR: repository, GIT_WORK_TREE: folder } }
  await copyFile(join(own.gitFolder, 'index'), index).catch(ignoreMissing)
  return { folder, environment: { ...environment, GIT_ALTERNATE_OBJECT_DIRECTORIES: own.objectsFolder } }
}

async function commit({ head }: WorkingCopy, tree: string, repository: string): Promise<string> {
  const title = head?.commit.message.split('\n')[0] ?? 'Working copy'
  const [name, email] = ['slipway run', 'slipway@localhost']
  const environment = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  }
  const parent = head === null ? [] : ['-p', head.sha]
  const message = ['-m', `${title} (with uncommitted changes)`]
  return git(['commit-tree', ...parent, ...message, tree], { folder: repository, environment })
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
