// What jobs leave to later ones, in the temporary folder of the run.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { AppError } from '../../kit/errors.ts'
import { maxDotenvBytes, parseDotenv } from '../../run/dotenv.ts'
import type { RunVariable } from '../../run/records.ts'
import type { ArtifactAnswer, ArtifactUpload } from '../../runner/ports.ts'

export type Archive = { readonly file: string; readonly filename: string; readonly sizeBytes: number }

/** Of the kinds `junit`, `dotenv`, …: several files of one kind follow each other in one. */
export type Report = { readonly file: string; readonly filename: string; readonly isGzipped: boolean }

export type LocalArtifacts = {
  readonly store: (jobId: number, upload: ArtifactUpload) => Promise<ArtifactAnswer>
  readonly archive: (jobId: number) => Archive | null
  readonly reports: (jobId: number) => readonly Report[]
  readonly dotenv: (jobId: number) => readonly RunVariable[]
  readonly open: (jobId: number) => NodeJS.ReadableStream | null
}

export function createLocalArtifacts(folder: string): LocalArtifacts {
  const archives = new Map<number, Archive>()
  const reports = new Map<number, readonly Report[]>()
  const variables = new Map<number, readonly RunVariable[]>()

  return {
    async store(jobId, upload) {
      const file = join(folder, `${jobId}-${upload.type}`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await pipeline(upload.open(), createWriteStream(file, { mode: 0o600 }))
      if (upload.type === 'archive') {
        archives.set(jobId, { file, filename: upload.filename, sizeBytes: upload.sizeBytes })
      } else {
        const report = { file, filename: upload.filename, isGzipped: upload.format === 'gzip' }
        reports.set(jobId, [...(reports.get(jobId) ?? []).filter(each => each.file !== file), report])
      }
      if (upload.type !== 'dotenv') return { kind: 'stored' }
      try {
        variables.set(jobId, await readDotenv(file))
        return { kind: 'stored' }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        return { kind: 'refused', message: error.message, tooLarge: false }
      }
    },
    archive: jobId => archives.get(jobId) ?? null,
    reports: jobId => reports.get(jobId) ?? [],
    dotenv: jobId => variables.get(jobId) ?? [],
    open(jobId) {
      const archive = archives.get(jobId)
      return archive === undefined ? null : createReadStream(archive.file)
    },
  }
}

const unzip = promisify(gunzip)

async function readDotenv(file: string): Promise<readonly RunVariable[]> {
  try {
    return parseDotenv((await unzip(await readFile(file), { maxOutputLength: maxDotenvBytes })).toString('utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error
    throw new AppError('dotenv_invalid', `Invalid Format: the report must be smaller than ${maxDotenvBytes} bytes`)
  }
}
