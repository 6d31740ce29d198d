// A folder to a tar and back, for engines whose files are elsewhere. What comes back was written by a job: links are made
// only as links, nothing is written through one, and no name leads out of the folder.
import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import tar from 'tar-stream'

export async function packFolder(directory: string, pack: tar.Pack, signal: AbortSignal): Promise<void> {
  await packEntries(directory, '', pack, signal)
  pack.finalize()
}

async function packEntries(root: string, folder: string, pack: tar.Pack, signal: AbortSignal): Promise<void> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    signal.throwIfAborted()
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`
    const path = join(root, name)
    const { mode, size, mtime } = await lstat(path)
    const header = { name, mode: mode & 0o7777, mtime }
    if (entry.isDirectory()) {
      pack.entry({ ...header, type: 'directory' })
      await packEntries(root, name, pack, signal)
    } else if (entry.isSymbolicLink()) {
      pack.entry({ ...header, type: 'symlink', linkname: await readlink(path) })
    } else if (entry.isFile()) {
      await pipeline(createReadStream(path), pack.entry({ ...header, size }), { signal })
    }
  }
}

export function unpackFolder(directory: string): tar.Extract {
  const extract = tar.extract()
  const root = resolve(directory)
  extract.on('entry', (header, stream, next) => {
    unpackEntry(root, header, stream as unknown as Readable).then(() => next(), next)
  })
  return extract
}

async function unpackEntry(root: string, header: tar.Header, stream: Readable): Promise<void> {
  const path = resolve(root, header.name.replace(/^\/+/, ''))
  const isInside = path === root || path.startsWith(root + sep)
  if (!isInside || (await leadsThroughLink(root, dirname(path)))) {
    stream.resume()
    return
  }
  const mode = (header.mode ?? 0o644) & 0o777
  if (header.type === 'directory') await mkdir(path, { recursive: true, mode: mode | 0o700 })
  else if (header.type === 'symlink') await symlink(header.linkname ?? '', path)
  else if (header.type === 'file') {
    await mkdir(dirname(path), { recursive: true })
    await pipeline(stream, createWriteStream(path, { flags: 'wx', mode }))
    return
  }
  stream.resume()
}

async function leadsThroughLink(root: string, folder: string): Promise<boolean> {
  for (let at = folder; at.length > root.length; at = dirname(at)) {
    const found = await lstat(at).catch(() => null) // not there yet: it will be made as a folder
    if (found?.isSymbolicLink()) return true
  }
  return false
}
