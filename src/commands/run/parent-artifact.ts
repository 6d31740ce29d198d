// `include: artifact:` of a child pipeline: one file of what a job of its parent left.
import { buffer } from 'node:stream/consumers'
import { openPromise } from 'yauzl'
import type { LocalArtifacts } from './local-artifacts.ts'
import type { RunningPipeline } from './local-run.ts'

const maxFileBytes = 1024 * 1024

/** Null: the job left no such file, or one that is too large for a pipeline. */
export async function readParentArtifact(
  artifacts: LocalArtifacts,
  { pipeline }: RunningPipeline,
  { job, path }: { readonly job: string; readonly path: string },
): Promise<string | null> {
  const found = pipeline.jobs().find(({ rule }) => rule.name === job)
  const archive = found === undefined ? null : artifacts.archive(found.id)
  if (archive === null) return null
  const zip = await openPromise(archive.file, { lazyEntries: true, autoClose: false })
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== path || entry.uncompressedSize > maxFileBytes) continue
      return (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8')
    }
    return null
  } finally {
    zip.close()
  }
}
