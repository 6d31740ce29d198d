// `--artifacts FOLDER`: what the jobs left, in one folder, as a job that came after all of them would find it.
import { mkdir } from 'node:fs/promises'
import { defaultLimits } from '../../runner/archive-limits.ts'
import { extractZip } from '../../runner/zip-archive.ts'
import type { LocalArtifacts } from './local-artifacts.ts'
import type { RunningPipeline } from './local-run.ts'

/** In the order of the pipeline: where two jobs made the same file, the later one's counts. */
export async function exportArtifacts(
  pipelines: readonly RunningPipeline[],
  artifacts: LocalArtifacts,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const signal = new AbortController().signal
  for (const { pipeline } of pipelines)
    for (const { id } of pipeline.jobs()) {
      const archive = artifacts.archive(id)
      if (archive !== null) await extractZip(archive.file, folder, { limits: defaultLimits, signal })
    }
}
