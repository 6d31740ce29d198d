// What asks for a walk through commits or trees: logs, differences, merge bases, whole listings. Each starts git once.
import { demandSha } from './object-format.ts'
import type { Git } from './process.ts'
import { noCommit } from './push.ts'

export type LogFilter = {
  /** Commits; `exclude` and what is before them are left out. */
  readonly from: string
  readonly exclude?: string | undefined
  readonly path?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly limit: number
  readonly offset: number
}

export type FileChange = {
  readonly oldPath: string
  readonly newPath: string
  readonly oldMode: string
  readonly newMode: string
  readonly status: 'added' | 'deleted' | 'renamed' | 'changed'
  /** Unified, without the file's headers; empty for binary files and where it was too long. */
  readonly diff: string
}

export type TreeLine = {
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
  readonly path: string
}

export type History = {
  /** Newest first. */
  readonly log: (projectId: number, filter: LogFilter) => Promise<readonly string[]>
  readonly countCommits: (projectId: number, filter: Omit<LogFilter, 'limit' | 'offset'>) => Promise<number>
  readonly mergeBase: (projectId: number, one: string, other: string) => Promise<string | null>
  readonly isAncestor: (projectId: number, ancestor: string, descendant: string) => Promise<boolean>
  /** Paths that differ between two commits; null: one of them is not there. Of 40 zeros: all paths of the other. */
  readonly changedPaths: (projectId: number, before: string, after: string) => Promise<readonly string[] | null>
  readonly diff: (projectId: number, before: string, after: string) => Promise<readonly FileChange[] | null>
  /** Everything below a folder, folders included. */
  readonly listTree: (projectId: number, sha: string, path: string) => Promise<readonly TreeLine[] | null>
}

const mostDiffBytes = 20 * 1024 * 1024
const mostDiffOfFile = 200 * 1024
/** The tree without entries; it is known to git without being stored. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export function createHistory(git: Git, folderOf: (projectId: number) => string): History {
  const run = (projectId: number, args: readonly string[], mostBytes?: number) =>
    git.run(folderOf(projectId), args, mostBytes === undefined ? {} : { mostBytes })
  return {
    log: async (projectId, filter) => {
      const args = ['rev-list', `--max-count=${filter.limit}`, `--skip=${filter.offset}`, ...rangeOf(filter)]
      return linesOf(await run(projectId, args))
    },
    countCommits: async (projectId, filter) => {
      const text = await run(projectId, ['rev-list', '--count', ...rangeOf(filter)])
      return Number(text?.toString() ?? 0)
    },
    mergeBase: async (projectId, one, other) =>
      linesOf(await run(projectId, ['merge-base', demandSha(one), demandSha(other)]))[0] ?? null,
    isAncestor: async (projectId, ancestor, descendant) =>
      (await run(projectId, ['merge-base', '--is-ancestor', demandSha(ancestor), demandSha(descendant)])) !== null,
    changedPaths: async (projectId, before, after) => {
      const from = before === noCommit ? emptyTree : demandSha(before)
      const output = await run(projectId, [
        'diff-tree',
        '-r',
        '-z',
        '--no-renames',
        '--name-only',
        from,
        demandSha(after),
      ])
      return output === null ? null : fieldsOf(output)
    },
    diff: async (projectId, before, after) => {
      const from = before === noCommit ? emptyTree : demandSha(before)
      const shape = ['-r', '-M', '--full-index', '--no-color', '--no-ext-diff', '--no-textconv']
      const raw = await run(projectId, ['diff-tree', '--raw', '-z', ...shape, from, demandSha(after)])
      const patch = await run(projectId, ['diff-tree', '-p', ...shape, from, demandSha(after)], mostDiffBytes)
      return raw === null ? null : withPatches(parseRaw(fieldsOf(raw)), patch?.toString() ?? '')
    },
    listTree: async (projectId, sha, path) => {
      const args = [
        'ls-tree',
        '-r',
        '-t',
        '-z',
        '--full-tree',
        demandSha(sha),
        ...(path === '' ? [] : ['--', `${path}/`]),
      ]
      const output = await run(projectId, args)
      return output === null ? null : fieldsOf(output).map(parseTreeLine)
    },
  }
}

function rangeOf(filter: Omit<LogFilter, 'limit' | 'offset'>): readonly string[] {
  return [
    ...(filter.since === undefined ? [] : [`--since=${filter.since}`]),
    ...(filter.until === undefined ? [] : [`--until=${filter.until}`]),
    demandSha(filter.from),
    ...(filter.exclude === undefined ? [] : [`^${demandSha(filter.exclude)}`]),
    '--',
    ...(filter.path === undefined ? [] : [`:(top,literal)${filter.path}`]),
  ]
}

function linesOf(output: Buffer | null): readonly string[] {
  return (output?.toString() ?? '').split('\n').filter(line => line !== '')
}

function fieldsOf(output: Buffer): readonly string[] {
  return output.toString().split('\0').slice(0, -1)
}

/** `<mode> <type> <sha>\t<path>` */
function parseTreeLine(line: string): TreeLine {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = ''] = line.slice(0, tab).split(' ')
  return { mode, type: type as TreeLine['type'], sha, path: line.slice(tab + 1) }
}

/** `:<old mode> <new mode> <old sha> <new sha> <status>`, the path, and the new path of a rename. */
function parseRaw(fields: readonly string[]): readonly FileChange[] {
  const changes: FileChange[] = []
  for (let index = 0; index < fields.length; ) {
    const [oldMode = '', newMode = '', , , status = ''] = (fields[index] ?? '').slice(1).split(' ')
    const isRename = status.startsWith('R')
    const oldPath = fields[index + 1] ?? ''
    const newPath = isRename ? (fields[index + 2] ?? '') : oldPath
    changes.push({ oldPath, newPath, oldMode, newMode, status: statusOf(status), diff: '' })
    index += isRename ? 3 : 2
  }
  return changes
}

function statusOf(letter: string): FileChange['status'] {
  if (letter.startsWith('A')) return 'added'
  if (letter.startsWith('D')) return 'deleted'
  return letter.startsWith('R') ? 'renamed' : 'changed'
}

/** git writes the patches in the order of the raw lines, each after `diff --git`. */
function withPatches(changes: readonly FileChange[], patch: string): readonly FileChange[] {
  const parts = patch.split(/^diff --git .*\n/m).slice(1)
  if (parts.length !== changes.length) return changes
  return changes.map((change, index) => {
    const hunks = parts[index] ?? ''
    const from = hunks.search(/^@@ /m)
    return from < 0 || hunks.length > mostDiffOfFile ? change : { ...change, diff: hunks.slice(from) }
  })
}
