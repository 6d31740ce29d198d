// Artifacts: files of a working copy to a zip and back. Links are kept as links and never followed.
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { ZipFile } from 'yazl'
import { createFolderWriter, type FolderEntry } from '../kit/safe-folder.ts'
import { type ArchiveLimits, createArchiveMeter } from './archive-limits.ts'

const linkType = 0o120000
const folderType = 0o040000
const typeMask = 0o170000

/** The size of the zip. */
export async function writeZip(
  file: string,
  entries: AsyncIterable<FolderEntry>,
  signal: AbortSignal,
): Promise<number> {
  const zip = new ZipFile()
  const written = pipeline(zip.outputStream, createWriteStream(file, { mode: 0o600 }), { signal })
  written.catch(() => {}) // awaited below, after all entries are in
  for await (const entry of entries) {
    signal.throwIfAborted()
    await addEntry(zip, entry)
  }
  zip.end()
  await written
  return (await stat(file)).size
}

/** One after the other: an entry can be read only until the next one is asked for. */
async function addEntry(zip: ZipFile, entry: FolderEntry): Promise<void> {
  const options = { mtime: entry.mtime, mode: entry.mode }
  if (entry.kind === 'folder') return zip.addEmptyDirectory(entry.path, { ...options, mode: folderType | entry.mode })
  if (entry.kind === 'link')
    return zip.addBuffer(Buffer.from(entry.target ?? ''), entry.path, { ...options, mode: linkType | 0o777 })
  const handle = await entry.open()
  const stream = handle.createReadStream()
  const closed = new Promise<void>((resolve, reject) => {
    stream.on('close', resolve)
    stream.on('error', reject)
  })
  zip.addReadStream(stream, entry.path, { ...options, mode: 0o100000 | entry.mode, compressionLevel: 1 })
  await closed
}

export async function extractZip(
  file: string,
  folder: string,
  { limits, signal }: { readonly limits: ArchiveLimits; readonly signal: AbortSignal },
): Promise<void> {
  const meter = createArchiveMeter(limits)
  const writer = createFolderWriter(folder)
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false })
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted()
      meter.countEntry()
      const mode = entry.externalFileAttributes >>> 16
      if (entry.fileName.endsWith('/')) {
        await writer.makeFolder(entry.fileName, (mode & 0o777) | 0o700)
        continue
      }
      const stream = await zip.openReadStreamPromise(entry)
      stream.on('error', () => {}) // whoever reads it is told; after its end it may fail once more, for nobody
      const content = meter.meter(stream)
      if ((mode & typeMask) === linkType) await writer.makeLink(entry.fileName, (await buffer(content)).toString())
      else
        await writer.writeFile(entry.fileName, {
          mode: mode & 0o777 || 0o644,
          mtime: entry.getLastModDate(),
          content,
        })
    }
  } finally {
    zip.close()
  }
}
