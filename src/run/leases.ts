// Which jobs runners hold, and when each was last heard of. In memory: a server that starts gives all leases anew, so that
// its own restart makes no runner look dead.
import type { JobState } from './machine-model.ts'
import type { Lease } from './model.ts'
import type { RunningJob } from './store-ports.ts'

export const lostAfterMs = 10_000

export type HeldLease = Lease & {
  readonly pipelineId: number
  readonly runnerId: number | null
  readonly isCanceling: boolean
  readonly hasBegun: boolean
}

export type Leases = {
  readonly hold: (job: RunningJob, nowMs: number) => void
  /** Follows what was saved: a job that is claimed, begins, is canceled, ends. */
  readonly follow: (pipelineId: number, job: JobState, nowMs: number) => void
  /** Undefined also when the job is held under another lease. */
  readonly find: (lease: Lease) => HeldLease | undefined
  /** The pipeline is no more: its runners are told that their jobs have ended. */
  readonly forget: (pipelineId: number) => void
  readonly hear: (lease: Lease, nowMs: number) => HeldLease | undefined
  readonly hearAll: (nowMs: number) => void
  readonly lost: (nowMs: number) => readonly HeldLease[]
  readonly all: () => readonly HeldLease[]
}

type Entry = { lease: HeldLease; heardAtMs: number }

export function createLeases(): Leases {
  const entries = new Map<number, Entry>()

  function find(lease: Lease): Entry | undefined {
    const entry = entries.get(lease.jobId)
    return entry?.lease.lease === lease.lease ? entry : undefined
  }

  return {
    hold(job, nowMs) {
      const { jobId, lease, pipelineId, runnerId, hasBegun } = job
      const isCanceling = job.status === 'canceling'
      const held = { jobId, lease, pipelineId, runnerId, isCanceling, hasBegun }
      entries.set(jobId, { lease: held, heardAtMs: nowMs })
    },
    follow(pipelineId, job, nowMs) {
      const isHeld = job.rule.kind === 'build' && (job.status === 'running' || job.status === 'canceling')
      if (!isHeld) {
        entries.delete(job.id)
        return
      }
      const { id: jobId, lease, runnerId, hasBegun } = job
      const known = find({ jobId, lease })
      const held: HeldLease = {
        jobId,
        lease,
        pipelineId,
        runnerId,
        hasBegun,
        isCanceling: job.status === 'canceling',
      }
      entries.set(jobId, { lease: held, heardAtMs: known?.heardAtMs ?? nowMs })
    },
    find: lease => find(lease)?.lease,
    forget(pipelineId) {
      for (const [jobId, { lease }] of entries) if (lease.pipelineId === pipelineId) entries.delete(jobId)
    },
    hear(lease, nowMs) {
      const entry = find(lease)
      if (entry !== undefined) entry.heardAtMs = nowMs
      return entry?.lease
    },
    hearAll(nowMs) {
      for (const entry of entries.values()) entry.heardAtMs = nowMs
    },
    lost: nowMs =>
      [...entries.values()].filter(entry => nowMs - entry.heardAtMs > lostAfterMs).map(entry => entry.lease),
    all: () => [...entries.values()].map(entry => entry.lease),
  }
}
