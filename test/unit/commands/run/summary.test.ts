import { describe, expect, it } from 'vitest'
import { exitCodeOfRun, type JobSummary, type RunSummary } from '../../../../src/commands/run/summary.ts'
import { summaryText, timeOf } from '../../../../src/commands/run/summary-text.ts'

function job(more: Partial<JobSummary>): JobSummary {
  return {
    name: 'job',
    stage: 'test',
    status: 'success',
    allowFailure: false,
    manual: false,
    attempts: 1,
    exitCode: null,
    failureReason: null,
    failureDetail: null,
    message: null,
    coverage: null,
    startedAt: null,
    finishedAt: null,
    durationSeconds: null,
    ...more,
  }
}

function summary(more: Partial<RunSummary>): RunSummary {
  return { valid: true, created: true, pipeline: 'success', warnings: false, durationSeconds: 1, jobs: [], ...more }
}

describe('the summary of a run', () => {
  it('has a line for each job with its state, its time and what there is to say', () => {
    const jobs = [
      job({ name: 'build', durationSeconds: 1.25, coverage: 81.5 }),
      job({ name: 'test', status: 'failed', message: 'exit code 3', allowFailure: true, attempts: 2 }),
      job({ name: 'ship it', stage: 'deploy', status: 'manual', manual: true }),
    ]
    const lines = summaryText(summary({ warnings: true, jobs, durationSeconds: 83 }), (_style, text) => text).split(
      '\n',
    )
    expect(lines).toEqual([
      '',
      'JOB      STAGE   STATE    TIME',
      'build    test    success  1.3 s  coverage 81.5 %',
      'test     test    failed          exit code 3, allowed to fail, attempt 2',
      `ship it  deploy  manual          'slipway run "ship it"' plays it`,
      '',
      'success with warnings in 1 min 23 s',
      '',
    ])
  })

  it.each([
    ['success', 0],
    ['manual', 0],
    ['skipped', 0],
    ['failed', 1],
    ['canceled', 1],
  ] as const)('of a pipeline that is %s means exit code %i', (pipeline, code) => {
    expect(exitCodeOfRun(summary({ pipeline }))).toBe(code)
  })

  it.each([
    [null, ''],
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [59.6, '1 min 0 s'],
    [185, '3 min 5 s'],
  ])('writes %s seconds as "%s"', (seconds, text) => {
    expect(timeOf(seconds)).toBe(text)
  })
})
