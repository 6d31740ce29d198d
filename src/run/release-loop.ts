import type { PipelineRecord } from './records.ts'
import type { ReleaseStore } from './release-ports.ts'

/**
 * A tag made by a job starts a tag pipeline, as on GitLab. But in the pipeline of a tag that a job had made for a release,
 * the next such tag starts none: `release:` in a file without `rules` would go on without end.
 */
export async function mayTagStartPipeline(
  releases: Pick<ReleaseStore, 'byTag'>,
  { projectId, ref }: Pick<PipelineRecord, 'projectId' | 'ref'>,
): Promise<boolean> {
  if (ref.kind !== 'tag') return true
  const release = await releases.byTag(projectId, ref.name)
  return release === null || release.jobId === null
}
