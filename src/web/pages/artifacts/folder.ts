// The folders of an archive, told from the paths of its files alone.
import type { ArtifactEntry } from '../../api/jobs.ts'

export type FolderEntry = {
  readonly name: string
  readonly path: string
  readonly isFolder: boolean
  readonly size: number
}

/** What lies directly in the folder: folders first, each with the size of all in it. */
export function entriesIn(files: readonly ArtifactEntry[], folder: string): readonly FolderEntry[] {
  const prefix = folder === '' ? '' : `${folder}/`
  const found = new Map<string, FolderEntry>()
  for (const { path, size } of files) {
    const clean = path.replace(/^\.?\//, '')
    if (!clean.startsWith(prefix) || clean === prefix || clean.endsWith('/')) continue
    const rest = clean.slice(prefix.length)
    const slash = rest.indexOf('/')
    const name = slash === -1 ? rest : rest.slice(0, slash)
    const before = found.get(name)?.size ?? 0
    found.set(name, { name, path: prefix + name, isFolder: slash !== -1, size: before + size })
  }
  return [...found.values()].sort(
    (one, other) => Number(other.isFolder) - Number(one.isFolder) || one.name.localeCompare(other.name),
  )
}
