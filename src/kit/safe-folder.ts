// Reads and writes a folder that somebody hostile may change at the same time. No link is ever followed: every step from
// the root down opens one name in a folder that is held open (`/proc/self/fd/N/name` is Linux' openat), and a link in
// place of a folder fails there.
import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, readlink, symlink, unlink } from 'node:fs/promises'

const openFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
const openFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const createFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

export type FolderEntry = {
  /** From the root, with `/`. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link'
  /** Permission bits only. */
  readonly mode: number
  readonly sizeBytes: number
  readonly mtime: Date
  readonly target: string | null
  /** Only until the next entry is asked for. */
  readonly open: () => Promise<FileHandle>
}

/** In the order of names, a folder before what is in it. What is neither file, folder nor link is passed over. */
export async function* walkFolder(
  root: string,
  mayEnter: (path: string) => boolean = () => true,
): AsyncGenerator<FolderEntry> {
  const handle = await open(root, openFolder)
  try {
    yield* walk(handle, '', mayEnter)
  } finally {
    await handle.close()
  }
}

async function* walk(
  folder: FileHandle,
  prefix: string,
  mayEnter: (path: string) => boolean,
): AsyncGenerator<FolderEntry> {
  const names = (await readdir(inside(folder))).sort()
  for (const name of names) {
    const at = inside(folder, name)
    const path = prefix + name
    const stats = await lstat(at).catch(() => null) // gone since it was listed
    const kind = stats?.isFile() ? 'file' : stats?.isDirectory() ? 'folder' : stats?.isSymbolicLink() ? 'link' : null
    if (stats === null || kind === null) continue
    const target = kind === 'link' ? await readlink(at).catch(() => null) : null
    const { size: sizeBytes, mtime } = stats
    yield { path, kind, mode: stats.mode & 0o777, sizeBytes, mtime, target, open: () => open(at, openFile) }
    if (kind !== 'folder' || !mayEnter(path)) continue
    const inner = await open(at, openFolder).catch(() => null) // not a folder any more
    if (inner === null) continue
    try {
      yield* walk(inner, `${path}/`, mayEnter)
    } finally {
      await inner.close()
    }
  }
}

export type FolderWriter = {
  readonly writeFile: (
    path: string,
    file: { readonly mode: number; readonly mtime: Date; readonly content: AsyncIterable<Uint8Array> },
  ) => Promise<void>
  readonly makeFolder: (path: string, mode: number) => Promise<void>
  readonly makeLink: (path: string, target: string) => Promise<void>
}

/** Paths that are absolute or lead out, and those that go through a link, fail; what was there is replaced. */
export function createFolderWriter(root: string): FolderWriter {
  async function inFolder<T>(path: string, work: (at: string) => Promise<T>): Promise<T> {
    const parts = partsOf(path)
    const name = parts.pop() ?? ''
    let handle = await open(root, openFolder)
    try {
      for (const part of parts) {
        const next = await enter(handle, part)
        await handle.close()
        handle = next
      }
      return await work(inside(handle, name))
    } finally {
      await handle.close()
    }
  }

  return {
    writeFile: (path, { mode, mtime, content }) =>
      inFolder(path, async at => {
        await removeOld(at)
        const file = await open(at, createFile, mode & 0o777)
        try {
          for await (const chunk of content) await writeWhole(file, chunk)
          await file.chmod(mode & 0o777)
          await file.utimes(mtime, mtime)
        } finally {
          await file.close()
        }
      }),
    makeFolder: (path, mode) =>
      inFolder(path, async at => {
        await mkdir(at).catch(ignoreExisting)
        const made = await open(at, openFolder)
        await made.chmod(mode & 0o777).finally(() => made.close())
      }),
    makeLink: (path, target) =>
      inFolder(path, async at => {
        await removeOld(at)
        await symlink(target, at)
      }),
  }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

function partsOf(path: string): string[] {
  const parts = path.split('/').filter(part => part !== '' && part !== '.')
  const isBad =
    path.startsWith('/') || path.includes('\0') || path.includes('\\') || parts.includes('..') || parts.length === 0
  if (isBad) throw new Error(`the name ${JSON.stringify(path)} leads out of its folder`)
  return parts
}

async function enter(folder: FileHandle, name: string): Promise<FileHandle> {
  const at = inside(folder, name)
  const isNew = await mkdir(at).then(() => true, ignoreExisting)
  const entered = await open(at, openFolder)
  // Open to whatever user comes to work in it.
  if (isNew) await entered.chmod(0o777)
  return entered
}

async function removeOld(at: string): Promise<void> {
  await unlink(at).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

function ignoreExisting(error: NodeJS.ErrnoException): false {
  if (error.code !== 'EEXIST') throw error
  return false
}

function inside(folder: FileHandle, name = ''): string {
  return `/proc/self/fd/${folder.fd}${name === '' ? '' : `/${name}`}`
}
