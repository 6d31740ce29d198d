// `--artifacts FOLDER`: what the jobs left, in one folder, as a job that came after all of them would find it; and their
// reports, which later jobs do not get, in `reports/<job>/`.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline as pass } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { defaultLimits } from '../../runner/archive-limits.ts'
import { extractZip } from '../../runner/zip-archive.ts'
import type { LocalArtifacts, Report } from './local-artifacts.ts'
import { type RunningPipeline, titleOf } from './local-run.ts'

/** In the order of the pipeline: where two jobs made the same file, the later one's counts. */
export async function exportArtifacts(
  pipelines: readonly RunningPipeline[],
  artifacts: LocalArtifacts,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const signal = new AbortController().signal
  for (const owner of pipelines)
    for (const job of owner.pipeline.jobs()) {
      const archive = artifacts.archive(job.id)
      if (archive !== null) await extractZip(archive.file, folder, { limits: defaultLimits, signal })
      const reports = join(folder, 'reports', fileNameOf(titleOf({ owner, job })))
      for (const report of artifacts.reports(job.id)) await exportReport(report, reports)
    }
}

async function exportReport({ file, filename, isGzipped }: Report, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const output = createWriteStream(join(folder, fileNameOf(filename.replace(/\.gz$/, ''))))
  if (isGzipped) await pass(createReadStream(file), createGunzip(), output)
  else await pass(createReadStream(file), output)
}

/** Of a name that may hold anything. */
function fileNameOf(name: string): string {
  const plain = name.replace(/[/\\\0]/g, '-')
  return plain === '.' || plain === '..' ? '-' : plain
}
