// A report as text: unpacked when it was sent packed, and never more than its bound.
import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { AppError } from '../kit/errors.ts'
import type { ArtifactFiles } from './ports.ts'
import type { ArtifactRecord } from './records.ts'

/** @throws AppError `report_invalid` when it is too large, or not what its format says */
export async function readReport(
  files: Pick<ArtifactFiles, 'pathOf'>,
  report: Pick<ArtifactRecord, 'storageKey' | 'format' | 'filename'>,
  maximumBytes: number,
): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      sizeBytes += chunk.length
      chunks.push(chunk)
      done(sizeBytes > maximumBytes ? new Error(`more than ${maximumBytes} bytes`) : null)
    },
  })
  const source = createReadStream(files.pathOf(report.storageKey))
  try {
    if (report.format === 'gzip') await pipeline(source, createGunzip(), sink)
    else await pipeline(source, sink)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('report_invalid', `${report.filename} cannot be read: ${reason}`, { cause })
  }
  return Buffer.concat(chunks).toString()
}
