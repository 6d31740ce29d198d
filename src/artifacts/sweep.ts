// Removes artifacts that have expired or whose project is gone, and caches that nobody uses. The newest successful
// pipeline of a ref keeps its artifacts whatever their date, as on GitLab: "latest" must stay downloadable.
import type { ArtifactFiles, ArtifactStore, CacheStore } from './ports.ts'
import type { ArtifactRecord } from './records.ts'

export type SweepDeps = {
  readonly artifacts: ArtifactStore
  readonly caches: CacheStore
  readonly files: ArtifactFiles
  readonly now: () => Date
  /** Does this job belong to the newest successful pipeline of its ref? */
  readonly isOfLatestPipeline: (jobId: number) => Promise<boolean>
}

export type Swept = { readonly artifacts: number; readonly caches: number; readonly bytes: number }

const batchSize = 200
const cacheLifetimeMs = 30 * 86_400_000
const cacheBytesOfProject = 20 * 1024 ** 3

export async function sweepArtifacts(deps: SweepDeps): Promise<Swept> {
  const orphans = await removeOrphans(deps)
  const expired = await deps.artifacts.expired(deps.now().toISOString(), batchSize)
  const due: ArtifactRecord[] = []
  for (const artifact of expired) if (!(await deps.isOfLatestPipeline(artifact.jobId))) due.push(artifact)
  await removeArtifacts(deps, due)
  const before = new Date(deps.now().getTime() - cacheLifetimeMs).toISOString()
  const stale = await deps.caches.stale({ before, maximumBytes: cacheBytesOfProject })
  for (const cache of stale) {
    await deps.caches.drop(cache)
    await deps.files.remove(cache.storageKey)
  }
  const bytes = [...orphans, ...due, ...stale].reduce((sum, each) => sum + each.sizeBytes, 0)
  return { artifacts: orphans.length + due.length, caches: stale.length, bytes }
}

/** Nobody can ask for them any more, so their rows go last and tell, after a crash, which files are left. */
async function removeOrphans({ artifacts, files }: Pick<SweepDeps, 'artifacts' | 'files'>) {
  const removed: ArtifactRecord[] = []
  for (;;) {
    const orphans = await artifacts.orphans(batchSize)
    if (orphans.length === 0) return removed
    for (const orphan of orphans) await files.remove(orphan.storageKey)
    await artifacts.forget(orphans.map(orphan => orphan.id))
    removed.push(...orphans)
  }
}

/** Row first: a file without a row is only waste, a row without a file would be a lie. */
export async function removeArtifacts(
  deps: Pick<SweepDeps, 'artifacts' | 'files' | 'now'>,
  artifacts: readonly ArtifactRecord[],
): Promise<void> {
  await deps.artifacts.drop(
    artifacts.map(artifact => artifact.id),
    deps.now().toISOString(),
  )
  for (const artifact of artifacts) await deps.files.remove(artifact.storageKey)
}
