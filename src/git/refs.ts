// Refs straight from the files of a bare repository (gitrepository-layout: loose refs over `packed-refs`), because
// starting git costs more than all else in a small push. Loose files are read first: when git packs a ref, it writes
// `packed-refs` before it removes the file.
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isRefName } from './push.ts'

const sha = /^[0-9a-f]{40}$/
const lockPauseMs = 10
const mostLockTries = 200
const staleLockMs = 30_000

/** Full names with the ids of their objects (of an annotated tag: the tag object), sorted by name. */
export async function readRefs(folder: string, prefixes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const loose = new Map<string, string>()
  for (const prefix of prefixes) await collectLoose(folder, prefix, loose)
  const found = new Map<string, string>()
  for (const [name, id] of await readPacked(folder))
    if (prefixes.some(prefix => name.startsWith(`${prefix}/`))) found.set(name, id)
  for (const [name, id] of loose) found.set(name, id)
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** What a full ref name points to; null: there is no such ref. */
export async function readRef(folder: string, name: string): Promise<string | null> {
  if (!name.startsWith('refs/') || !isRefName(name)) return null
  return (await readLoose(join(folder, name))) ?? (await readPacked(folder)).get(name) ?? null
}

/** The branch that HEAD names, whether it exists or not. */
export async function readHead(folder: string): Promise<string | null> {
  const text = await readText(join(folder, 'HEAD'))
  return /^ref: refs\/heads\/(.+)\n/.exec(text ?? '')?.[1] ?? null
}

export async function writeHead(folder: string, branch: string): Promise<void> {
  if (!isRefName(branch)) throw new Error('HEAD must name a branch')
  await replaceFile(join(folder, 'HEAD'), `ref: refs/heads/${branch}\n`)
}

/** Writes a ref of our own (`refs/pipelines/7`, `refs/merge-requests/7/head`), with git's lock: `<ref>.lock`, then a rename. */
export async function writeOwnRef(folder: string, name: string, id: string): Promise<void> {
  if (!/^refs\/(pipelines\/[0-9]+|merge-requests\/[0-9]+\/head)$/.test(name) || !sha.test(id))
    throw new Error(`not one of our own refs: ${name}`)
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await replaceFile(join(folder, name), `${id}\n`)
}

async function collectLoose(folder: string, prefix: string, found: Map<string, string>): Promise<void> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(ignoreMissing)
  for (const entry of entries ?? []) {
    const name = `${prefix}/${entry.name}`
    if (entry.isDirectory()) await collectLoose(folder, name, found)
    else if (!entry.name.endsWith('.lock')) {
      const id = await readLoose(join(folder, name))
      if (id !== null) found.set(name, id)
    }
  }
}

async function readLoose(file: string): Promise<string | null> {
  const text = (await readText(file))?.trimEnd()
  return text !== undefined && sha.test(text) ? text : null
}

async function readPacked(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = (await readText(join(folder, 'packed-refs'))) ?? ''
  const refs = new Map<string, string>()
  for (const line of text.split('\n')) {
    // `#` is the header, `^` the object behind the tag of the line before.
    if (sha.test(line.slice(0, 40)) && line[40] === ' ') refs.set(line.slice(41), line.slice(0, 40))
  }
  return refs
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(ignoreMissing)
}

async function replaceFile(file: string, text: string): Promise<void> {
  const lock = `${file}.lock`
  const handle = await takeLock(lock)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await rm(lock, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  await rename(lock, file)
}

/** Waits for git, which holds a lock for moments; an old one was left by a process that was killed. */
async function takeLock(lock: string): Promise<FileHandle> {
  for (let tries = 1; ; tries++) {
    try {
      return await open(lock, 'wx', 0o644)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > mostLockTries) throw error
    }
    const { mtimeMs } = (await stat(lock).catch(ignoreMissing)) ?? { mtimeMs: Date.now() }
    if (Date.now() - mtimeMs > staleLockMs) await rm(lock, { force: true })
    else await setTimeout(lockPauseMs)
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return undefined
  throw error
}
