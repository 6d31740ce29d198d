// Bounds of what comes out of an archive that somebody else made.
import { AppError } from '../kit/errors.ts'

export type ArchiveLimits = { readonly entries: number; readonly sizeBytes: number }

export const defaultLimits: ArchiveLimits = { entries: 1_000_000, sizeBytes: 64 * 1024 ** 3 }

export type ArchiveMeter = {
  readonly countEntry: () => void
  /** For each file's content: fails as soon as the whole is too much, whatever the archive says of its sizes. */
  readonly meter: (content: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
}

export function createArchiveMeter(limits: ArchiveLimits): ArchiveMeter {
  let entries = 0
  let sizeBytes = 0
  return {
    countEntry: () => {
      entries += 1
      if (entries > limits.entries)
        throw new AppError('archive_too_large', `an archive has over ${limits.entries} entries`)
    },
    meter: async function* (content) {
      for await (const chunk of content) {
        sizeBytes += chunk.length
        if (sizeBytes > limits.sizeBytes)
          throw new AppError('archive_too_large', `an archive holds over ${limits.sizeBytes} bytes`)
        yield chunk
      }
    },
  }
}
