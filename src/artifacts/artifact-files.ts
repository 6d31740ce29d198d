// Artifacts and caches as files: written to `incoming/`, synced, then renamed to where they stay.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { AppError } from '../kit/errors.ts'
import type { ArtifactFiles, ReceivedFile } from './ports.ts'

/** Archives are large: few large reads. */
const readBytes = 512 * 1024

type Place = { readonly folder: string; readonly extension: string }

export function createArtifactFiles(root: string): ArtifactFiles {
  const pathOf = (storageKey: string): string => join(root, storageKey)

  async function receive(place: Place, body: Readable, maximumBytes: number): Promise<ReceivedFile> {
    const name = randomBytes(16).toString('hex')
    const incoming = join(root, 'incoming', name)
    await mkdir(dirname(incoming), { recursive: true })
    try {
      const written = await write(incoming, body, maximumBytes)
      const storageKey = `${place.folder}/${name}.${place.extension}`
      await mkdir(dirname(pathOf(storageKey)), { recursive: true })
      await rename(incoming, pathOf(storageKey))
      return { storageKey, ...written }
    } catch (error) {
      await rm(incoming, { force: true })
      throw error
    }
  }

  async function openFile(
    storageKey: string,
  ): Promise<{ readonly stream: Readable; readonly sizeBytes: number } | null> {
    const path = pathOf(storageKey)
    const size = await stat(path).then(found => found.size, nullWhenMissing)
    return size === null ? null : { stream: createReadStream(path, { highWaterMark: readBytes }), sizeBytes: size }
  }

  return { receive, open: openFile, pathOf, remove: storageKey => rm(pathOf(storageKey), { force: true }) }
}

/** What was being received when an earlier process died. Call it before the first `receive`. */
export async function clearIncoming(root: string): Promise<void> {
  const folder = join(root, 'incoming')
  const names = await readdir(folder).then(found => found, nullWhenMissing)
  for (const name of names ?? []) await rm(join(folder, name), { force: true })
}

async function write(
  path: string,
  body: Readable,
  maximumBytes: number,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  const handle = await open(path, 'wx', 0o600)
  let sizeBytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.length
      if (sizeBytes > maximumBytes) throw tooLarge(maximumBytes)
      hash.update(chunk)
      await handle.writeFile(chunk)
    }
    await handle.datasync()
  } finally {
    await handle.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

function tooLarge(maximumBytes: number): AppError {
  return new AppError('artifact_too_large', `413 Request Entity Too Large - at most ${maximumBytes} bytes are taken`)
}

function nullWhenMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
