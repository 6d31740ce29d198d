// What goes away by itself: artifacts that have expired, caches that nobody uses, logs of jobs that are no more, what a
// deleted project has left.
import type { ArtifactFiles, ArtifactStore, CacheStore } from '../../artifacts/ports.ts'
import { sweepArtifacts } from '../../artifacts/sweep.ts'
import { createRepeater, type Repeater } from '../../kit/repeater.ts'
import type { TraceStore } from '../../logs/ports.ts'
import { createTraceSweep } from '../../logs/sweep.ts'
import type { RunReader } from '../../run/store-ports.ts'

const everyMs = 10 * 60_000

export function startSweeps(deps: {
  readonly artifacts: ArtifactStore
  readonly caches: CacheStore
  readonly files: ArtifactFiles
  readonly traces: TraceStore
  readonly reads: RunReader
  readonly sweepProjects: () => Promise<void>
  readonly now: () => Date
  readonly onBug: (error: unknown, what: string) => void
}): Repeater {
  async function isOfLatestPipeline(jobId: number): Promise<boolean> {
    const job = await deps.reads.job(jobId)
    const pipeline = job === null ? null : await deps.reads.pipeline(job.pipelineId)
    if (pipeline === null) return false
    return (await deps.reads.latestPipeline(pipeline.projectId, pipeline.ref.name, 'success'))?.id === pipeline.id
  }
  const logs = createTraceSweep({ ...deps, isThere: async jobId => (await deps.reads.job(jobId)) !== null })
  return createRepeater({
    everyMs,
    work: async () => {
      await deps.sweepProjects()
      await sweepArtifacts({ ...deps, isOfLatestPipeline })
      await logs.sweep()
    },
    onError: error => deps.onBug(error, 'sweeping artifacts, caches and logs failed'),
  })
}
