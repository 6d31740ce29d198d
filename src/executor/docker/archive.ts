import { buffer } from 'node:stream/consumers'
import tar from 'tar-stream'

export type ArchiveFile = { readonly path: string; readonly content: string | Buffer; readonly mode: number }

/** A tar of a few small files, with the folders that they stand in. */
export async function tarOf(files: readonly ArchiveFile[]): Promise<Buffer> {
  const pack = tar.pack()
  const folders = new Set(files.flatMap(file => parentsOf(file.path)))
  for (const name of folders) pack.entry({ name, type: 'directory', mode: 0o755 })
  for (const file of files) pack.entry({ name: file.path, mode: file.mode }, file.content)
  pack.finalize()
  return buffer(pack)
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
