// The bare repositories, `<root>/<project id>.git`. The folder comes from the number alone, never from a name, so no
// name can lead out of it.
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHistory, type History } from './history.ts'
import { createMaintenance, type Maintenance } from './maintenance.ts'
import {
  type AnnotatedTag,
  type Commit,
  demandSha,
  parseCommit,
  parseTag,
  parseTree,
  type TreeEntry,
} from './object-format.ts'
import { createObjectReader, type GitObject, type ObjectReader } from './object-reader.ts'
import { createGit, type Git } from './process.ts'
import { fullRefName, isRefName, type RefName } from './push.ts'
import { readHead, readRef, readRefs, writeHead, writeOwnRef } from './refs.ts'

/** `sha` is the commit; of an annotated tag the one behind it. `target` is what the ref itself points to. */
export type NamedRef = { readonly ref: RefName; readonly sha: string; readonly target: string }

export type Repositories = History & {
  readonly git: Git
  readonly objects: ObjectReader
  readonly maintenance: Maintenance
  readonly folderOf: (projectId: number) => string
  /** Makes the repository unless it is there. */
  readonly ensure: (projectId: number) => Promise<string>
  readonly remove: (projectId: number) => Promise<void>
  /** Whose repositories lie here. */
  readonly projectIds: () => Promise<readonly number[]>
  readonly resolve: (projectId: number, ref: RefName) => Promise<string | null>
  /** A commit by branch, tag, full ref name or (abbreviated) SHA, in this order. */
  readonly resolveAny: (projectId: number, name: string) => Promise<string | null>
  readonly refs: (projectId: number, kind?: RefName['kind']) => Promise<readonly NamedRef[]>
  readonly commit: (projectId: number, sha: string) => Promise<Commit | null>
  readonly annotation: (projectId: number, tag: string) => Promise<AnnotatedTag | null>
  readonly readFile: (
    projectId: number,
    sha: string,
    path: string,
    mostBytes?: number,
  ) => Promise<GitObject | 'too_large' | null>
  /** The entries of one folder; `''` is the root. */
  readonly listFolder: (projectId: number, sha: string, path: string) => Promise<readonly TreeEntry[] | null>
  readonly defaultBranch: (projectId: number) => Promise<string | null>
  readonly setDefaultBranch: (projectId: number, branch: string) => Promise<void>
  /** Keeps the commit from being collected: `refs/pipelines/<id>`. */
  readonly keep: (projectId: number, pipelineId: number, sha: string) => Promise<void>
  readonly release: (projectId: number, pipelineId: number) => Promise<void>
  /** `refs/merge-requests/<iid>/head`, where GitLab's clients look for the commit of a merge request. */
  readonly pointMergeRequest: (projectId: number, iid: number, sha: string) => Promise<void>
  readonly close: () => Promise<void>
}

export async function createRepositories(options: {
  readonly root: string
  readonly searchPath: string
}): Promise<Repositories> {
  const { root } = options
  const git = await createGit(root, options.searchPath)
  const objects = createObjectReader(git)
  const maintenance = createMaintenance(git)
  const folderOf = (projectId: number) => join(root, `${idText(projectId)}.git`)

  async function commitBehind(projectId: number, expression: string): Promise<string | null> {
    const object = await objects.read(folderOf(projectId), `${expression}^{commit}`)
    return object === null || object === 'too_large' ? null : object.sha
  }

  async function resolveAny(projectId: number, name: string): Promise<string | null> {
    const candidates = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`]
    for (const full of candidates) {
      const target = await readRef(folderOf(projectId), full)
      if (target !== null) return commitBehind(projectId, target)
    }
    return /^[0-9a-f]{4,40}$/.test(name) ? commitBehind(projectId, name) : null
  }

  return {
    ...createHistory(git, folderOf),
    git,
    objects,
    maintenance,
    folderOf,
    ensure: async projectId => {
      const folder = folderOf(projectId)
      await makeRepository(folder)
      return folder
    },
    remove: async projectId => {
      const folder = folderOf(projectId)
      await objects.forget(folder)
      // Renamed first: a half-removed repository must not look like one.
      const gone = `${folder}.removed`
      await rename(folder, gone).catch(ignoreMissing)
      await rm(gone, { recursive: true, force: true })
    },
    projectIds: async () =>
      (await readdir(root)).flatMap(name => {
        const id = /^(\d+)\.git(?:\.removed)?$/.exec(name)?.[1]
        return id === undefined ? [] : [Number(id)]
      }),
    resolve: async (projectId, ref) => {
      const target = await readRef(folderOf(projectId), fullRefName(ref))
      return target === null ? null : commitBehind(projectId, target)
    },
    resolveAny,
    refs: async (projectId, kind) => {
      const prefixes =
        kind === undefined ? ['refs/heads', 'refs/tags'] : [kind === 'branch' ? 'refs/heads' : 'refs/tags']
      const found = await readRefs(folderOf(projectId), prefixes)
      const named = await Promise.all([...found].map(([name, target]) => toNamedRef(name, target, projectId)))
      return named.filter(each => each !== null)
    },
    commit: async (projectId, sha) => {
      const object = await objects.read(folderOf(projectId), demandSha(sha))
      return object === null || object === 'too_large' || object.type !== 'commit'
        ? null
        : parseCommit(object.sha, object.content)
    },
    annotation: async (projectId, tag) => {
      if (!isRefName(tag)) return null
      const object = await objects.read(folderOf(projectId), `refs/tags/${tag}`)
      return object === null || object === 'too_large' || object.type !== 'tag' ? null : parseTag(object.content)
    },
    readFile: async (projectId, sha, path, mostBytes) => {
      if (!isPath(path)) return null
      const object = await objects.read(folderOf(projectId), `${demandSha(sha)}:${path}`, mostBytes)
      return object === null || object === 'too_large' || object.type === 'blob' ? object : null
    },
    listFolder: async (projectId, sha, path) => {
      if (path !== '' && !isPath(path)) return null
      const object = await objects.read(folderOf(projectId), `${demandSha(sha)}:${path}`)
      return object === null || object === 'too_large' || object.type !== 'tree' ? null : parseTree(object.content)
    },
    defaultBranch: projectId => readHead(folderOf(projectId)),
    setDefaultBranch: (projectId, branch) => writeHead(folderOf(projectId), branch),
    keep: (projectId, pipelineId, sha) =>
      writeOwnRef(folderOf(projectId), `refs/pipelines/${idText(pipelineId)}`, demandSha(sha)),
    release: async (projectId, pipelineId) => {
      await git.run(folderOf(projectId), ['update-ref', '-d', `refs/pipelines/${idText(pipelineId)}`])
    },
    pointMergeRequest: (projectId, iid, sha) =>
      writeOwnRef(folderOf(projectId), `refs/merge-requests/${idText(iid)}/head`, demandSha(sha)),
    close: async () => {
      await maintenance.close()
      await objects.close()
      await git.close()
    },
  }

  async function toNamedRef(name: string, target: string, projectId: number): Promise<NamedRef | null> {
    const kind = name.startsWith('refs/heads/') ? ('branch' as const) : ('tag' as const)
    const sha = kind === 'branch' ? target : await commitBehind(projectId, target)
    const ref = { kind, name: name.slice(kind === 'branch' ? 11 : 10) }
    return sha === null ? null : { ref, sha, target }
  }
}

/** As `git init --bare` makes it, without starting git. Its HEAD comes last: where there is one, all is there. */
async function makeRepository(folder: string): Promise<void> {
  if ((await readHead(folder)) !== null) return
  for (const inner of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
    await mkdir(join(folder, inner), { recursive: true, mode: 0o750 })
  }
  await writeOnce(join(folder, 'config'), '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n')
  await writeOnce(join(folder, 'HEAD'), 'ref: refs/heads/main\n')
}

async function writeOnce(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx', flush: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** A path inside a tree: no empty, `.` or `..` segment, nothing that would end the line. */
export function isPath(path: string): boolean {
  return (
    path !== '' && !/[\n\r\0]/.test(path) && path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
  )
}

function idText(id: number): string {
  if (!Number.isSafeInteger(id) || id <= 0) throw new Error(`expected an id, found ${id}`)
  return String(id)
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
