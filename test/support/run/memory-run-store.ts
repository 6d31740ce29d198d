// Run state in memory: the fake of the stores that transitions and claims stand on.
import type { JobState, RunChange, RunSnapshot } from '../../../src/run/machine-model.ts'
import type { PendingJob, PendingJobs, RunStore } from '../../../src/run/store-ports.ts'

export type MemoryRunStore = RunStore & {
  readonly pending: PendingJobs
  readonly rows: (pipelineId: number) => readonly JobState[]
}

type Stored = { snapshot: RunSnapshot; rows: Map<number, JobState>; priorities: Map<number, number> }

export function createMemoryRunStore(): MemoryRunStore {
  const pipelines = new Map<number, Stored>()
  const iids = new Map<number, number>()
  const classes = new Map<string, Awaited<ReturnType<PendingJobs['classes']>>[number]>()
  const claims = new Map<string, { readonly jobId: number; readonly lease: number }>()
  let lastPipelineId = 0
  let lastJobId = 0

  function all(): readonly { readonly stored: Stored; readonly job: JobState }[] {
    return [...pipelines.values()].flatMap(stored => [...stored.rows.values()].map(job => ({ stored, job })))
  }

  function pendingJobs(): readonly (PendingJob & { readonly projectId: number; readonly priority: number })[] {
    return all()
      .filter(({ job }) => job.status === 'pending' && job.rule.kind === 'build' && !job.isRetried)
      .map(({ stored, job }) => ({
        pipelineId: stored.snapshot.pipelineId,
        projectId: stored.snapshot.projectId,
        jobId: job.id,
        lease: job.lease + 1,
        demandClass: job.demandClass,
        queuedAt: job.queuedAt ?? '',
        priority: job.startsAtOnce ? 1 : (stored.priorities.get(job.id) ?? 0),
      }))
  }

  function save(change: RunChange): boolean {
    const stored = pipelines.get(change.pipelineId)
    if (stored === undefined || stored.snapshot.version !== change.version) return false
    for (const job of change.changed) stored.rows.set(job.id, job)
    for (const { retriedJobId, ...job } of change.added) {
      stored.rows.set(job.id, job)
      stored.priorities.set(job.id, stored.priorities.get(retriedJobId) ?? 0)
    }
    for (const claim of change.claims) {
      const job = stored.rows.get(claim.jobId)
      if (job !== undefined) claims.set(`${job.runnerId} ${claim.nonce}`, { jobId: job.id, lease: job.lease })
    }
    stored.snapshot = { ...stored.snapshot, pipeline: change.pipeline, version: change.version + 1 }
    return true
  }

  const pending: PendingJobs = {
    classes: async () => [...classes.values()],
    async next({ classes: wanted, projectIds, except }) {
      const running = new Map<number, number>()
      for (const { stored, job } of all()) {
        const { projectId } = stored.snapshot
        if (job.status === 'running' || job.status === 'canceling')
          running.set(projectId, (running.get(projectId) ?? 0) + 1)
      }
      const candidates = pendingJobs().filter(
        job =>
          wanted.includes(job.demandClass) &&
          (projectIds === null || projectIds.includes(job.projectId)) &&
          !except.includes(job.jobId),
      )
      const [first] = candidates.toSorted(
        (a, b) =>
          b.priority - a.priority ||
          (running.get(a.projectId) ?? 0) - (running.get(b.projectId) ?? 0) ||
          a.projectId - b.projectId ||
          a.pipelineId - b.pipelineId ||
          a.jobId - b.jobId,
      )
      return first === undefined ? null : pendingOf(first)
    },
    async queuedBefore(time, afterId, limit) {
      return pendingJobs()
        .filter(job => job.queuedAt < time && job.jobId > afterId)
        .toSorted((a, b) => a.jobId - b.jobId)
        .slice(0, limit)
        .map(pendingOf)
    },
    claimByNonce: async (runnerId, nonce) => claims.get(`${runnerId} ${nonce}`) ?? null,
  }

  return {
    pending,
    rows: pipelineId => [...(pipelines.get(pipelineId)?.rows.values() ?? [])],
    async create(pipeline, begin) {
      lastPipelineId += 1
      const iid = (iids.get(pipeline.projectId) ?? 0) + 1
      iids.set(pipeline.projectId, iid)
      const created = { id: lastPipelineId, iid, firstJobId: lastJobId + 1 }
      lastJobId += pipeline.jobs.length
      const state = begin(created)
      for (const each of pipeline.demandClasses) classes.set(each.key, each)
      pipelines.set(created.id, {
        rows: new Map(state.jobs.map(job => [job.id, job])),
        priorities: new Map(state.jobs.map(job => [job.id, pipeline.priority])),
        snapshot: {
          pipelineId: created.id,
          projectId: pipeline.projectId,
          version: 1,
          pipeline: state.pipeline,
          sourceJobId: pipeline.sourceJobId,
          onJobFailure: pipeline.autoCancel.onJobFailure,
          onNewCommit: pipeline.autoCancel.onNewCommit,
          jobs: [],
        },
      })
      return created
    },
    async load(pipelineId) {
      const stored = pipelines.get(pipelineId)
      if (stored === undefined) return null
      const jobs = [...stored.rows.values()].filter(job => !job.isRetried)
      return { ...stored.snapshot, jobs: jobs.toSorted((a, b) => a.rule.stageIndex - b.rule.stageIndex || a.id - b.id) }
    },
    save: async change => save(change),
    async reserveJobIds(count) {
      lastJobId += count
      return lastJobId - count + 1
    },
    deletePipeline: async pipelineId => void pipelines.delete(pipelineId),
  }
}

function pendingOf({ pipelineId, jobId, lease, demandClass, queuedAt }: PendingJob): PendingJob {
  return { pipelineId, jobId, lease, demandClass, queuedAt }
}
