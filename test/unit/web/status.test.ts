import { describe, expect, it } from 'vitest'
import { jobStatuses } from '../../../src/run/model.ts'
import { actionFor } from '../../../src/web/ci/job-action.ts'
import { isActive, isFinished, statusOf } from '../../../src/web/ci/status-of.ts'
import { lookOf } from '../../../src/web/ui/status.tsx'

describe('the status of a job', () => {
  it.each(jobStatuses)('%s has a word and a shape of its own', status => {
    expect(lookOf({ status }).word).not.toBe('unknown')
    expect(lookOf({ status }).shape).not.toBe(lookOf({ status: 'no such status' }).shape)
  })

  it('failed is a warning where it is allowed', () => {
    expect(lookOf({ status: 'failed', allowFailure: true })).toMatchObject({ word: 'failed (allowed)', tone: 'amber' })
    expect(lookOf({ status: 'failed', allowFailure: false }).tone).toBe('red')
  })

  it('that is new to this version is shown in its own word', () => {
    expect(lookOf({ status: 'thawing' }).word).toBe('thawing')
  })

  it.each(jobStatuses)('%s is either active, finished or waits for somebody', status => {
    const kinds = [isActive(status), isFinished(status), status === 'manual']
    expect(kinds.filter(Boolean)).toHaveLength(1)
  })

  it.each([
    ['running', 'cancel'],
    ['created', 'cancel'],
    ['manual', 'play'],
    ['scheduled', 'play'],
    ['failed', 'retry'],
    ['success', 'retry'],
    ['skipped', null],
    ['canceling', null],
  ])('%s offers to %s it', (status, action) => {
    expect(actionFor({ id: 1, name: 'x', status })).toBe(action)
  })

  it('a pipeline that passed although something failed says so', () => {
    expect(statusOf({ status: 'success', has_warnings: true })).toBe('warning')
    expect(statusOf({ status: 'failed', has_warnings: true })).toBe('failed')
  })
})
