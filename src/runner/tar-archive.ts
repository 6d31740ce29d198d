// Caches: files of a working copy to a tar with zstd and back, streamed, with times kept so that what did not change is
// known by its times.
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import tar from 'tar-stream'
import { createFolderWriter, type FolderEntry, type FolderWriter } from '../kit/safe-folder.ts'
import { type ArchiveLimits, type ArchiveMeter, createArchiveMeter } from './archive-limits.ts'

/** The size of the archive. */
export async function writeTar(
  file: string,
  entries: AsyncIterable<FolderEntry>,
  signal: AbortSignal,
): Promise<number> {
  const pack = tar.pack()
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } })
  const written = pipeline(pack, compress, createWriteStream(file, { mode: 0o600 }), { signal })
  written.catch(() => {}) // awaited below, after all entries are in
  for await (const entry of entries) {
    signal.throwIfAborted()
    await addEntry(pack, entry)
  }
  pack.finalize()
  await written
  return (await stat(file)).size
}

async function addEntry(pack: tar.Pack, entry: FolderEntry): Promise<void> {
  const header = { name: entry.path, mode: entry.mode, mtime: entry.mtime }
  if (entry.kind === 'folder') return void pack.entry({ ...header, type: 'directory' })
  if (entry.kind === 'link') return void pack.entry({ ...header, type: 'symlink', linkname: entry.target ?? '' })
  const handle = await entry.open()
  const { size } = await handle.stat()
  const content = handle.createReadStream(size === 0 ? {} : { end: size - 1 })
  await pipeline(content, pack.entry({ ...header, size }) as unknown as NodeJS.WritableStream)
}

export async function extractTar(
  file: string,
  folder: string,
  { limits, signal }: { readonly limits: ArchiveLimits; readonly signal: AbortSignal },
): Promise<void> {
  const meter = createArchiveMeter(limits)
  const writer = createFolderWriter(folder)
  const extract = tar.extract()
  let written: Promise<void> = Promise.resolve()
  extract.on('entry', (header, stream, next) => {
    written = extractEntry(header, stream as unknown as Readable, { meter, writer })
    written.then(() => next(), next)
  })
  await pipeline(createReadStream(file), createZstdDecompress(), extract, { signal }).catch(async (error: unknown) => {
    await written // an entry that failed knows why; the pipeline only that it closed too early
    throw error
  })
}

async function extractEntry(
  header: tar.Header,
  stream: Readable,
  { meter, writer }: { readonly meter: ArchiveMeter; readonly writer: FolderWriter },
): Promise<void> {
  meter.countEntry()
  const mode = header.mode ?? 0o644
  if (header.type === 'file') {
    return writer.writeFile(header.name, { mode, mtime: header.mtime ?? new Date(0), content: meter.meter(stream) })
  }
  stream.resume()
  // Devices, hard links and whatever else a tar can hold are nothing that a cache was made of.
  if (header.type === 'directory') await writer.makeFolder(header.name, (mode & 0o777) | 0o700)
  else if (header.type === 'symlink') await writer.makeLink(header.name, header.linkname ?? '')
}
