// What people do with pipelines and jobs: cancel, retry, play.
import type { Coordinator } from './coordinator.ts'
import { type RunErrorCode, runError } from './errors.ts'
import type { JobIds } from './job-ids.ts'
import { isCancelable, isPlayable, isRetryable } from './job-moves.ts'
import type { JobState, RunEvent } from './machine-model.ts'
import type { JobRecord, PipelineRecord } from './records.ts'
import type { RunReader } from './store-ports.ts'
import type { Decision, Transitions } from './transitions.ts'

export type Actions = Pick<
  Coordinator,
  'cancelJob' | 'cancelPipeline' | 'retryJob' | 'retryPipeline' | 'playJob' | 'unscheduleJob'
> & {
  /** A newer commit of the ref makes this pipeline (and its children) redundant. */
  readonly supersede: (pipelineId: number) => Promise<void>
  readonly startDelayed: (pipelineId: number, jobId: number) => Promise<void>
}

export function createActions(deps: {
  readonly reader: RunReader
  readonly transitions: Transitions
  readonly jobIds: JobIds
}): Actions {
  const { reader, transitions, jobIds } = deps

  /** Does it if the job is as it must be, else says why not. */
  async function act(
    jobId: number,
    isAllowed: (job: JobState) => boolean,
    otherwise: RunErrorCode,
    decision: Decision,
  ): Promise<void> {
    const { pipelineId } = await jobRecord(jobId)
    let allowed = false
    await transitions.apply(pipelineId, machine => {
      const job = machine.job(jobId)
      allowed = job !== undefined && isAllowed(job)
      return allowed ? decision : null
    })
    if (!allowed) throw runError(otherwise)
  }

  async function jobRecord(jobId: number): Promise<JobRecord> {
    const job = await reader.job(jobId)
    if (job === null) throw runError('job_not_found')
    return job
  }

  async function pipelineRecord(pipelineId: number): Promise<PipelineRecord> {
    const pipeline = await reader.pipeline(pipelineId)
    if (pipeline === null) throw runError('pipeline_not_found')
    return pipeline
  }

  /** With all its children and theirs. */
  async function forFamily(pipelineId: number, event: RunEvent): Promise<void> {
    await transitions.apply(pipelineId, machine => (machine.jobs().length === 0 ? null : { event }))
    for (const child of await reader.children(pipelineId)) await forFamily(child.id, event)
  }

  return {
    async cancelJob(jobId, options = {}) {
      const force = options.force === true
      const event = { type: 'job_canceled', jobId, force } as const
      await act(jobId, job => isCancelable(job) || job.status === 'canceling', 'job_not_cancelable', { event })
      return await jobRecord(jobId)
    },
    async cancelPipeline(pipelineId) {
      await forFamily(pipelineId, { type: 'pipeline_canceled' })
      return await pipelineRecord(pipelineId)
    },
    async retryJob(jobId, { userId }) {
      const newJobId = await jobIds.take()
      const event = { type: 'job_retried', jobId, newJobId, userId } as const
      await act(jobId, isRetryable, 'job_not_retryable', { event })
      return await jobRecord(newJobId)
    },
    async retryPipeline(pipelineId, { userId }) {
      await pipelineRecord(pipelineId)
      let wanted = 0
      await transitions.apply(pipelineId, machine => {
        wanted = machine.retryableCount()
        return null
      })
      const newJobIds = await jobIds.takeMany(wanted)
      await transitions.apply(pipelineId, () => ({ event: { type: 'pipeline_retried', newJobIds, userId } }))
      return await pipelineRecord(pipelineId)
    },
    async playJob(jobId, { userId, variables }) {
      const event = { type: 'played', jobId, userId } as const
      await act(jobId, isPlayable, 'job_not_playable', { event, played: { jobId, variables } })
      return await jobRecord(jobId)
    },
    async unscheduleJob(jobId) {
      const event = { type: 'unscheduled', jobId } as const
      await act(jobId, job => job.status === 'scheduled', 'job_not_scheduled', { event })
      return await jobRecord(jobId)
    },
    supersede: pipelineId => forFamily(pipelineId, { type: 'superseded' }),
    async startDelayed(pipelineId, jobId) {
      const newJobId = await jobIds.take()
      const event = { type: 'timer_due', jobId, newJobId } as const
      await transitions.apply(pipelineId, () => ({ event }))
    },
  }
}
