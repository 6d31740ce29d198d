// The part of yauzl 3 that zip-index.ts uses; the package brings no types.
declare module 'yauzl' {
  import type { Readable } from 'node:stream'

  export type Entry = {
    readonly fileName: string
    readonly uncompressedSize: number
    readonly compressedSize: number
    readonly externalFileAttributes: number
    isEncrypted(): boolean
    getLastModDate(): Date
  }

  export type ZipFile = {
    readonly entryCount: number
    eachEntry(): AsyncIterable<Entry>
    openReadStreamPromise(entry: Entry): Promise<Readable>
    close(): void
  }

  export function openPromise(
    path: string,
    options: { readonly lazyEntries: true; readonly autoClose: false },
  ): Promise<ZipFile>
}
