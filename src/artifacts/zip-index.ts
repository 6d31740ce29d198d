// Looks into an archive without unpacking it. An archive whose names try to leave the folder is no valid one; links and
// devices are listed by name and never followed.
import type { Readable } from 'node:stream'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { AppError, messageOf } from '../kit/errors.ts'

export type ZipEntry = {
  /** A folder ends in `/`. */
  readonly path: string
  /** `other`: a link or a device. */
  readonly kind: 'file' | 'folder' | 'other'
  readonly sizeBytes: number
  readonly modifiedAt: string
}

export const maximumZipEntries = 200_000
const fileTypeMask = 0o170000
const folderType = 0o040000

/** @throws AppError `archive_invalid` */
export async function listZip(path: string): Promise<readonly ZipEntry[]> {
  return withZip(path, async zip => {
    const entries: ZipEntry[] = []
    for await (const entry of zip.eachEntry()) entries.push(toEntry(entry))
    return entries
  })
}

export type OpenedEntry = { readonly stream: Readable; readonly sizeBytes: number }

/**
 * One file of the archive; null when it has none of this path. The stream fails rather than give more bytes than the
 * archive's index promises.
 * @throws AppError `archive_invalid`
 */
export async function openZipEntry(path: string, wanted: string): Promise<OpenedEntry | null> {
  const zip = await openZip(path)
  try {
    const entry = await findFile(zip, wanted)
    if (entry === null) {
      zip.close()
      return null
    }
    const stream = await zip.openReadStreamPromise(entry)
    stream.once('close', () => zip.close())
    stream.on('error', () => {}) // whoever reads it is told; after it was left it may fail once more, for nobody
    return { stream, sizeBytes: entry.uncompressedSize }
  } catch (error) {
    zip.close()
    throw invalid(error)
  }
}

async function withZip<T>(path: string, use: (zip: ZipFile) => Promise<T>): Promise<T> {
  const zip = await openZip(path)
  try {
    return await use(zip)
  } catch (error) {
    throw invalid(error)
  } finally {
    zip.close()
  }
}

async function openZip(path: string): Promise<ZipFile> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false }).catch(error => {
    throw invalid(error)
  })
  if (zip.entryCount <= maximumZipEntries) return zip
  zip.close()
  throw new AppError(
    'archive_invalid',
    `the archive has ${zip.entryCount} entries; at most ${maximumZipEntries} are read`,
  )
}

async function findFile(zip: ZipFile, wanted: string): Promise<Entry | null> {
  for await (const entry of zip.eachEntry()) {
    if (normalize(entry.fileName) === wanted && toEntry(entry).kind === 'file' && !entry.isEncrypted()) return entry
  }
  return null
}

function toEntry(entry: Entry): ZipEntry {
  const type = (entry.externalFileAttributes >>> 16) & fileTypeMask
  const isFolder = entry.fileName.endsWith('/') || type === folderType
  const isFile = type === 0 || type === 0o100000
  const kind = isFolder ? 'folder' : isFile ? 'file' : 'other'
  return {
    path: normalize(entry.fileName),
    kind,
    sizeBytes: entry.uncompressedSize,
    modifiedAt: entry.getLastModDate().toISOString(),
  }
}

function normalize(name: string): string {
  return name.replace(/^(\.\/)+/, '')
}

function invalid(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('archive_invalid', `the archive cannot be read: ${messageOf(error)}`, { cause: error })
}
