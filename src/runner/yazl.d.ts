// The part of yazl 3 that zip-archive.ts uses; the package brings no types.
declare module 'yazl' {
  import type { Readable } from 'node:stream'

  export type EntryOptions = { readonly mtime: Date; readonly mode: number; readonly compressionLevel?: number }

  export class ZipFile {
    readonly outputStream: Readable
    addReadStream(stream: Readable, path: string, options: EntryOptions): void
    addBuffer(content: Buffer, path: string, options: EntryOptions): void
    addEmptyDirectory(path: string, options: { readonly mtime: Date; readonly mode: number }): void
    end(): void
  }
}
