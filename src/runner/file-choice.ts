// Which files of a working copy `paths`, `exclude` and `untracked` mean. Pure.
import picomatch from 'picomatch'

export type FileChoiceOrder = {
  /** Globs from the project's folder. */
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  /** The files of the commit, when everything else is wanted too; null: it is not. */
  readonly tracked: ReadonlySet<string> | null
}

export type FileChoice = {
  readonly takes: (entry: { readonly path: string; readonly kind: 'file' | 'folder' | 'link' }) => boolean
  /** Whether anything below this folder may be taken. */
  readonly mayEnter: (folder: string) => boolean
  /** What each wish has found, in words for the log. */
  readonly report: () => readonly { readonly wish: string; readonly count: number }[]
  /** Paths that lead out of the project's folder. */
  readonly refused: readonly string[]
}

export function chooseFiles({ paths, exclude, tracked }: FileChoiceOrder): FileChoice {
  const wishes = paths.filter(isInside).map(createWish)
  const excluded = exclude.filter(isInside).map(pattern => picomatch(clean(pattern), { dot: true }))
  let untrackedCount = 0

  function takes({ path, kind }: { readonly path: string; readonly kind: 'file' | 'folder' | 'link' }): boolean {
    const matching = wishes.filter(wish => wish.matches(path))
    const isUntracked = tracked !== null && kind !== 'folder' && !tracked.has(path) && !isGit(path)
    if ((matching.length === 0 && !isUntracked) || excluded.some(matches => matches(path))) return false
    for (const wish of matching) wish.count += 1
    if (isUntracked) untrackedCount += 1
    return true
  }

  return {
    takes,
    mayEnter: folder => (tracked !== null && !isGit(folder)) || wishes.some(wish => wish.mayHold(folder)),
    report: () => [
      ...wishes.map(({ wish, count }) => ({ wish, count })),
      ...(tracked === null ? [] : [{ wish: 'untracked', count: untrackedCount }]),
    ],
    refused: paths.filter(path => !isInside(path)),
  }
}

type Wish = {
  readonly wish: string
  readonly matches: (path: string) => boolean
  readonly mayHold: (folder: string) => boolean
  count: number
}

/** A pattern that means a folder means all that is in it. */
function createWish(wish: string): Wish {
  const pattern = clean(wish)
  if (pattern === '') return { wish, matches: () => true, mayHold: () => true, count: 0 }
  const itself = picomatch(pattern, { dot: true })
  const below = picomatch(`${pattern}/**`, { dot: true })
  const { base } = picomatch.scan(pattern)
  return {
    wish,
    matches: path => itself(path) || below(path),
    mayHold: folder => base === '' || folder === base || folder.startsWith(`${base}/`) || base.startsWith(`${folder}/`),
    count: 0,
  }
}

function clean(pattern: string): string {
  return pattern
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '')
}

function isInside(pattern: string): boolean {
  return !pattern.startsWith('/') && !pattern.split('/').includes('..')
}

function isGit(path: string): boolean {
  return path === '.git' || path.startsWith('.git/') || path.includes('/.git/')
}
