// The files of a folder, as the compiler asks for them: for `plan` and `lint`, which need no server.
import { readdir, readFile } from 'node:fs/promises'
import { join, normalize, relative, sep } from 'node:path'
import { messageOf } from '../kit/errors.ts'
import type { RemoteText, SourceFiles } from '../pipeline/ports.ts'

export type LocalSourceOptions = {
  readonly folder: string
  /** The project that the folder is. */
  readonly projectPath: string
  /** Paths for `exists:` instead of the folder's own. */
  readonly existing: readonly string[] | null
  readonly changed: readonly string[] | null
  readonly mayFetch: boolean
  /** Where everything else comes from; null: it is not there. */
  readonly elsewhere: SourceFiles | null
}

const commit = '0'.repeat(40)

export function createLocalSource(options: LocalSourceOptions): SourceFiles {
  const { folder, projectPath, elsewhere } = options
  const isOwn = (project: string): boolean => project.toLowerCase() === projectPath.toLowerCase()

  return {
    async readFile(place) {
      if (isOwn(place.project)) return await readInside(folder, place.path)
      return (await elsewhere?.readFile(place)) ?? null
    },
    async listFiles(place) {
      if (isOwn(place.project)) return options.existing ?? (await listFolder(folder))
      return (await elsewhere?.listFiles(place)) ?? null
    },
    async resolveRef(place) {
      return isOwn(place.project) ? commit : ((await elsewhere?.resolveRef(place)) ?? null)
    },
    listTags: async project => (await elsewhere?.listTags(project)) ?? null,
    fetchRemote: url => (options.mayFetch ? fetchText(url) : Promise.resolve({ failure: notAllowed })),
    readTemplate: async name => (await elsewhere?.readTemplate(name)) ?? null,
    readArtifact: async () => null,
    changedSince: async () => options.changed ?? 'unknown',
  }
}

const notAllowed = 'only local files are read here; --allow-remote fetches it, --include-from URL asks a server'

/** Null also for a path that leaves the folder. */
async function readInside(folder: string, path: string): Promise<string | null> {
  const inside = normalize(path.replace(/^\/+/, ''))
  if (inside.startsWith('..')) return null
  try {
    return await readFile(join(folder, inside), 'utf8')
  } catch {
    return null // not there, or not a file: the compiler says so with the line
  }
}

const ignoredFolders = ['.git', 'node_modules']
const maxFiles = 100_000

async function listFolder(folder: string): Promise<readonly string[]> {
  const files: string[] = []
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined && files.length < maxFiles; next = folders.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const path = join(next, entry.name)
      if (!entry.isDirectory()) files.push(relative(folder, path).split(sep).join('/'))
      else if (!ignoredFolders.includes(entry.name)) folders.push(path)
    }
  }
  return files
}

const fetchTimeoutMs = 20_000
const maxFetchedBytes = 1_048_576

async function fetchText(url: string): Promise<RemoteText> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) })
    if (!response.ok) return { failure: `the server answered ${response.status}` }
    const bytes = await response.arrayBuffer()
    if (bytes.byteLength > maxFetchedBytes) return { failure: 'the file is larger than 1 MiB' }
    return { text: new TextDecoder().decode(bytes) }
  } catch (error) {
    return { failure: messageOf(error) }
  }
}
