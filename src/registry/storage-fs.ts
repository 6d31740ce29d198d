// Blobs as files: `uploads/<id>` while they come in, `blobs/<algorithm>/<ab>/<hex>` once they are whole. Both on one file
// system, so that the rename is atomic. A rename is durable when its directory has been synced.
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createDirectorySync } from './directory-sync.ts'
import { RegistryError } from './errors.ts'
import type { BlobReader, BlobStorage, UploadFile } from './ports.ts'
import { algorithmOf, type Digest, digestAlgorithms, hexOf, isDigest } from './reference.ts'

/** @param folder of the registry; made if need be. */
export async function createFileStorage(folder: string): Promise<BlobStorage> {
  const uploads = join(folder, 'uploads')
  const blobs = join(folder, 'blobs')
  await mkdir(uploads, { recursive: true })
  await mkdir(blobs, { recursive: true })
  const directories = createDirectorySync()
  const place = (digest: Digest) => placeOf(blobs, digest)

  function uploadFile(id: string, handle: FileHandle): UploadFile {
    const path = join(uploads, id)
    return {
      id,
      append: (chunks, at) => told(appendAll(handle, chunks, at)),
      truncate: sizeBytes => handle.truncate(sizeBytes),
      read: () => createReadStream(path, { highWaterMark: 1024 * 1024 }),
      close: () => handle.close(),
      async commit(digest) {
        const { directory, file } = place(digest)
        await told(handle.datasync())
        await told(directories.ensure(directory))
        await rename(path, file)
        await told(directories.sync(directory))
        await handle.close()
      },
    }
  }

  return {
    createUpload: async id => uploadFile(id, await told(open(join(uploads, id), 'wx', 0o600))),

    async openUpload(id) {
      const handle = await openOrNull(join(uploads, id), 'r+')
      if (handle === null) return null
      const { size } = await handle.stat()
      return { file: uploadFile(id, handle), sizeBytes: size }
    },

    deleteUpload: id => rm(join(uploads, id), { force: true }),

    async *uploads() {
      for await (const entry of await opendir(uploads)) {
        const found = await statOrNull(join(uploads, entry.name))
        if (found !== null) yield { id: entry.name, sizeBytes: found.size, lastActiveAt: found.mtime }
      }
    },

    async open(digest) {
      const handle = await openOrNull(place(digest).file, 'r')
      if (handle === null) return null
      return reader(handle, (await handle.stat()).size)
    },

    delete: digest => rm(place(digest).file, { force: true }),

    async *blobs() {
      for (const algorithm of Object.keys(digestAlgorithms)) {
        for await (const path of filesBelow(join(blobs, algorithm))) {
          const digest = `${algorithm}:${path.slice(path.lastIndexOf('/') + 1)}`
          const found = isDigest(digest) ? await statOrNull(path) : null
          if (found !== null && isDigest(digest)) yield { digest, sizeBytes: found.size, storedAt: found.mtime }
        }
      }
    },
  }
}

function placeOf(blobs: string, digest: Digest): { readonly directory: string; readonly file: string } {
  const hex = hexOf(digest)
  const directory = join(blobs, algorithmOf(digest), hex.slice(0, 2))
  return { directory, file: join(directory, hex) }
}

/** `writev` may write less than it was given; then the rest follows. */
async function appendAll(handle: FileHandle, chunks: readonly Buffer[], at: number): Promise<void> {
  const totalBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const { bytesWritten } = await handle.writev([...chunks], at)
  if (bytesWritten === totalBytes) return
  if (bytesWritten === 0) throw Object.assign(new Error('the file system took no bytes'), { code: 'ENOSPC' })
  const rest = Buffer.concat(chunks).subarray(bytesWritten)
  await appendAll(handle, [rest], at + bytesWritten)
}

function reader(handle: FileHandle, sizeBytes: number): BlobReader {
  return {
    sizeBytes,
    read: async (buffer, at, lengthBytes) => (await handle.read(buffer, 0, lengthBytes, at)).bytesRead,
    close: () => handle.close(),
  }
}

async function openOrNull(path: string, flags: string): Promise<FileHandle | null> {
  try {
    return await open(path, flags)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

async function statOrNull(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  const shards = await opendirOrNull(directory)
  if (shards === null) return
  for await (const shard of shards) {
    for await (const file of await opendir(join(directory, shard.name))) yield join(directory, shard.name, file.name)
  }
}

async function opendirOrNull(path: string) {
  try {
    return await opendir(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** A full disk is an expected failure, with a sentence. */
async function told<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    if (isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT')) {
      throw new RegistryError('STORAGE_FULL', undefined, { cause: error })
    }
    throw error
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
