import { describe, expect, it } from 'vitest'
import type { LiveEvent } from '../../../../src/server/live/protocol.ts'
import { applyEvents } from '../../../../src/web/pages/pipeline/use-pipeline.ts'
import { pipelineView } from '../../../support/web/fixture-data.ts'

const before = pipelineView()
const running = before.jobs.find(job => job.name === 'image')

function jobEvent(jobId: number, status: 'success' | 'failed'): LiveEvent {
  return {
    kind: 'job',
    projectId: 7,
    pipelineId: before.id,
    jobId,
    name: 'image',
    stage: 'build',
    status,
    allowFailure: false,
    failureReason: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:09.000Z',
  }
}

describe('a pipeline that is watched', () => {
  it('shows a job as its event says, and keeps the others as they are', () => {
    const after = applyEvents(before, [jobEvent(running?.id ?? 0, 'success')])
    expect(after.jobs.find(job => job.id === running?.id)).toMatchObject({
      status: 'success',
      finished_at: '2026-01-01T00:00:09.000Z',
    })
    expect(after.jobs.filter((job, index) => job !== before.jobs[index])).toHaveLength(1)
  })

  it('takes its own status, and not that of another', () => {
    const event = (pipelineId: number, status: 'success' | 'failed'): LiveEvent => ({
      kind: 'pipeline',
      projectId: 7,
      pipelineId,
      status,
    })
    expect(applyEvents(before, [event(before.id, 'failed'), event(before.id + 1, 'success')]).status).toBe('failed')
  })

  it('is the same after the same event comes twice', () => {
    const event = jobEvent(running?.id ?? 0, 'failed')
    expect(applyEvents(applyEvents(before, [event]), [event])).toEqual(applyEvents(before, [event]))
  })
})
