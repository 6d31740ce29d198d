import { describe, expect, it } from 'vitest'
import { drive, ruleOf as job } from '../../support/run/pipeline-driver.ts'

describe('stages', () => {
  it('start together and one after the other', () => {
    const run = drive([
      job({ name: 'build' }),
      job({ name: 'test1', stage: 1 }),
      job({ name: 'test2', stage: 1 }),
      job({ name: 'deploy', stage: 2 }),
    ])
    run.start()
    expect(run.statuses()).toEqual({ build: 'pending', test1: 'created', test2: 'created', deploy: 'created' })
    expect(run.pipeline()).toBe('pending')
    run.claim('build')
    expect(run.pipeline()).toBe('running')
    run.finish('build', 'success')
    expect(run.statuses()).toEqual({ build: 'success', test1: 'pending', test2: 'pending', deploy: 'created' })
    run.finish('test1', 'success')
    expect(run.status('deploy')).toBe('created')
    run.finish('test2', 'success')
    run.finish('deploy', 'success')
    expect(run.pipeline()).toBe('success')
  })

  it('after a failure are skipped, and the jobs beside it end', () => {
    const run = drive([
      job({ name: 'a' }),
      job({ name: 'b' }),
      job({ name: 'c', stage: 1 }),
      job({ name: 'd', stage: 2 }),
    ])
    run.start()
    run.finish('a', 7)
    expect(run.statuses()).toEqual({ a: 'failed', b: 'pending', c: 'created', d: 'created' })
    expect(run.job('a').exitCode).toBe(7)
    run.finish('b', 'success')
    expect(run.statuses()).toEqual({ a: 'failed', b: 'success', c: 'skipped', d: 'skipped' })
    expect(run.pipeline()).toBe('failed')
  })

  it('with allow_failure go on, and the pipeline passes with warnings (E02)', () => {
    const run = drive([
      job({ name: 'a', allowFailure: true }),
      job({ name: 'b', stage: 1 }),
      job({ name: 'c', stage: 1, when: 'on_failure' }),
    ])
    run.start()
    run.finish('a', 'failed')
    expect(run.statuses()).toEqual({ a: 'failed', b: 'pending', c: 'skipped' })
    run.finish('b', 'success')
    expect(run.pipeline()).toBe('success with warnings')
  })

  it('forgive only the exit codes that allow_failure names', () => {
    const rules = [job({ name: 'a', allowFailureExitCodes: [42] }), job({ name: 'b', stage: 1 })]
    const forgiven = drive(rules)
    forgiven.start()
    forgiven.finish('a', 42)
    expect(forgiven.status('b')).toBe('pending')
    const failed = drive(rules)
    failed.start()
    failed.finish('a', 41)
    expect(failed.status('b')).toBe('skipped')
  })

  it('let on_failure look at all earlier stages (E04)', () => {
    const run = drive([
      job({ name: 'a' }),
      job({ name: 'b', stage: 1, when: 'always' }),
      job({ name: 'c', stage: 2, when: 'on_failure' }),
      job({ name: 'd', stage: 2 }),
    ])
    run.start()
    run.finish('a', 'failed')
    run.finish('b', 'success')
    expect(run.statuses()).toEqual({ a: 'failed', b: 'success', c: 'pending', d: 'skipped' })
    run.finish('c', 'success')
    expect(run.pipeline()).toBe('failed')
  })

  it('treat an allowed cancel as a warning (E18)', () => {
    const run = drive([
      job({ name: 'a', allowFailure: true }),
      job({ name: 'b', stage: 1 }),
      job({ name: 'c', stage: 1, when: 'on_failure' }),
    ])
    run.start()
    run.cancel('a')
    expect(run.statuses()).toEqual({ a: 'canceled', b: 'pending', c: 'skipped' })
    run.finish('b', 'success')
    expect(run.pipeline()).toBe('success with warnings')
  })

  it('let a failure beat a cancel (E20)', () => {
    const failed = drive([job({ name: 'a' }), job({ name: 'b' })])
    failed.start()
    failed.finish('a', 'failed')
    failed.cancel('b')
    expect(failed.pipeline()).toBe('failed')
    const canceled = drive([job({ name: 'a' }), job({ name: 'b' })])
    canceled.start()
    canceled.finish('a', 'success')
    canceled.cancel('b')
    expect(canceled.pipeline()).toBe('canceled')
  })

  it('skip even `always` after a cancel', () => {
    const run = drive([job({ name: 'a' }), job({ name: 'b', stage: 1, when: 'always' })])
    run.start()
    run.cancel('a')
    expect(run.status('b')).toBe('skipped')
    expect(run.pipeline()).toBe('canceled')
  })

  it('wait for jobs with needs that belong to an earlier stage (E16)', () => {
    const rules = [job({ name: 'a' }), job({ name: 'b', stage: 1, needs: [] }), job({ name: 'c', stage: 2 })]
    const run = drive(rules)
    run.start()
    run.finish('a', 'success')
    expect(run.statuses()).toEqual({ a: 'success', b: 'pending', c: 'created' })
    run.finish('b', 'success')
    expect(run.status('c')).toBe('pending')
    const failing = drive(rules)
    failing.start()
    failing.finish('a', 'success')
    failing.finish('b', 'failed')
    expect(failing.status('c')).toBe('skipped')
  })
})

describe('needs', () => {
  it('start a job the moment its needs are done, whatever else runs', () => {
    const run = drive([
      job({ name: 'fast' }),
      job({ name: 'slow' }),
      job({ name: 'test', stage: 1, needs: ['fast'] }),
      job({ name: 'deploy', stage: 2, needs: ['test'] }),
    ])
    run.start()
    run.finish('fast', 'success')
    expect(run.status('test')).toBe('pending')
    run.finish('test', 'success')
    expect(run.statuses()).toEqual({ fast: 'success', slow: 'pending', test: 'success', deploy: 'pending' })
  })

  it('that are empty start at once, and nothing else matters (E12)', () => {
    const run = drive([job({ name: 'a' }), job({ name: 'b', stage: 1, needs: [] })])
    run.start()
    expect(run.statuses()).toEqual({ a: 'pending', b: 'pending' })
    run.finish('a', 'failed')
    run.finish('b', 'success')
    expect(run.status('b')).toBe('success')
  })

  it('let on_failure see only themselves (E14)', () => {
    const rules = [
      job({ name: 'a' }),
      job({ name: 'b' }),
      job({ name: 'c', stage: 1, needs: ['b'], when: 'on_failure' }),
    ]
    const other = drive(rules)
    other.start()
    other.finish('a', 'failed')
    other.finish('b', 'success')
    expect(other.status('c')).toBe('skipped')
    const own = drive(rules)
    own.start()
    own.finish('b', 'failed')
    expect(own.status('c')).toBe('pending')
  })

  it('that are absent count as done', () => {
    const run = drive([job({ name: 'c', stage: 1, needs: ['left out'] })])
    run.start()
    expect(run.status('c')).toBe('pending')
  })

  it('of a blocking manual job wait for it (E10)', () => {
    const run = drive([job({ name: 'a', when: 'manual' }), job({ name: 'b', stage: 1, needs: ['a'] })])
    run.start()
    expect(run.statuses()).toEqual({ a: 'manual', b: 'created' })
    expect(run.pipeline()).toBe('manual')
    run.play('a')
    run.finish('a', 'success')
    expect(run.status('b')).toBe('pending')
  })

  it('of an optional manual job skip at once, and playing it undoes that', () => {
    const run = drive([
      job({ name: 'a', when: 'manual', allowFailure: true }),
      job({ name: 'b', stage: 1, needs: ['a'] }),
      job({ name: 'c', stage: 2, needs: ['b'] }),
    ])
    run.start()
    expect(run.statuses()).toEqual({ a: 'manual', b: 'skipped', c: 'skipped' })
    run.play('a')
    expect(run.statuses()).toEqual({ a: 'pending', b: 'created', c: 'created' })
    run.finish('a', 'success')
    run.finish('b', 'success')
    expect(run.status('c')).toBe('pending')
  })

  it('start `always` as soon as one of them is skipped', () => {
    const run = drive([
      job({ name: 'a' }),
      job({ name: 'slow' }),
      job({ name: 'b', stage: 1, needs: ['a'] }),
      job({ name: 'c', stage: 2, needs: ['b', 'slow'], when: 'always' }),
    ])
    run.start()
    run.finish('a', 'failed')
    expect(run.status('b')).toBe('skipped')
    expect(run.statuses()).toMatchObject({ slow: 'pending', c: 'pending' })
  })
})

describe('manual and delayed jobs', () => {
  it('that are optional never block (E06)', () => {
    const run = drive([job({ name: 'a', when: 'manual', allowFailure: true }), job({ name: 'b', stage: 1 })])
    run.start()
    expect(run.statuses()).toEqual({ a: 'manual', b: 'pending' })
    run.finish('b', 'success')
    expect(run.pipeline()).toBe('success')
    run.play('a')
    run.claim('a')
    expect(run.pipeline()).toBe('running')
    run.finish('a', 'success')
    expect(run.pipeline()).toBe('success')
  })

  it('alone make a skipped pipeline (E08)', () => {
    const manual = { when: 'manual', allowFailure: true } as const
    const run = drive([job({ name: 'a', ...manual }), job({ name: 'b', stage: 1, ...manual })])
    run.start()
    expect(run.statuses()).toEqual({ a: 'manual', b: 'manual' })
    expect(run.pipeline()).toBe('skipped')
  })

  it('are skipped after a failure, and manual again after a retry', () => {
    const run = drive([job({ name: 'a' }), job({ name: 'm', stage: 1, when: 'manual' })])
    run.start()
    run.finish('a', 'failed')
    expect(run.status('m')).toBe('skipped')
    run.retry('a')
    run.finish('a', 'success')
    expect(run.status('m')).toBe('manual')
  })

  it('wait for their time, and hold the stages behind them (E24)', () => {
    const run = drive([job({ name: 'a', when: 'delayed', startInSeconds: 600 }), job({ name: 'b', stage: 1 })])
    run.start()
    expect(run.statuses()).toEqual({ a: 'scheduled', b: 'created' })
    expect(run.pipeline()).toBe('scheduled')
    expect(run.effects()).toContainEqual({ type: 'start_timer', jobId: 1, at: '2026-01-01T00:10:00.000Z' })
    run.passSeconds(599)
    run.timer('a')
    expect(run.status('a')).toBe('scheduled')
    run.passSeconds(1)
    run.timer('a')
    expect(run.status('a')).toBe('pending')
  })

  it('can be played before their time, or made manual (E24)', () => {
    const rules = [job({ name: 'a', when: 'delayed', startInSeconds: 600 })]
    const played = drive(rules)
    played.start()
    played.play('a')
    expect(played.status('a')).toBe('pending')
    const stopped = drive(rules)
    stopped.start()
    stopped.apply({ type: 'unscheduled', jobId: 1 })
    expect(stopped.status('a')).toBe('manual')
    stopped.play('a')
    expect(stopped.status('a')).toBe('pending')
  })

  it('that were forgotten for an hour fail', () => {
    const run = drive([job({ name: 'a', when: 'delayed', startInSeconds: 60 })])
    run.start()
    run.passSeconds(60 + 3600)
    run.timer('a')
    expect(run.job('a')).toMatchObject({ status: 'failed', failureReason: 'stale_schedule' })
  })
})

describe('retry', () => {
  it('by itself makes a new row at once, and nobody sees the failure', () => {
    const run = drive([
      job({ name: 'a', retry: { max: 2, when: ['always'], exitCodes: [] } }),
      job({ name: 'b', stage: 1 }),
    ])
    run.start()
    const { added, changed } = run.finish('a', 'failed')
    expect(changed).toMatchObject([{ id: 1, status: 'failed', isRetried: true }])
    expect(added).toMatchObject([{ status: 'pending', attempt: 1 }])
    expect(run.statuses()).toEqual({ a: 'pending', b: 'created' })
    run.finish('a', 'failed')
    run.finish('a', 'failed')
    expect(run.statuses()).toEqual({ a: 'failed', b: 'skipped' })
  })

  it('follows the reasons and exit codes that are named', () => {
    const attempt = (
      retry: Partial<{ max: number; when: string[]; exitCodes: number[] }>,
      outcome: number | 'runner_system_failure' | 'no_matching_runner',
    ) => {
      const run = drive([job({ name: 'a', retry: { max: 1, when: [], exitCodes: [], ...retry } })])
      run.start()
      run.finish('a', outcome)
      return run.status('a')
    }
    expect(attempt({ when: ['runner_system_failure'] }, 'runner_system_failure')).toBe('pending')
    expect(attempt({ when: ['runner_system_failure'] }, 1)).toBe('failed')
    expect(attempt({ exitCodes: [137] }, 137)).toBe('pending')
    expect(attempt({ exitCodes: [137] }, 1)).toBe('failed')
    expect(attempt({ when: ['always'] }, 'no_matching_runner')).toBe('failed')
  })

  it('happens twice without being asked for when the scheduler is at fault', () => {
    const run = drive([job({ name: 'a' })])
    run.start()
    run.finish('a', 'scheduler_failure')
    run.finish('a', 'scheduler_failure')
    expect(run.status('a')).toBe('pending')
    run.finish('a', 'scheduler_failure')
    expect(run.status('a')).toBe('failed')
  })

  it('of a job by hand keeps the old row and looks at the skipped ones again', () => {
    const run = drive([job({ name: 'a' }), job({ name: 'b', stage: 1 }), job({ name: 'c', stage: 2, needs: ['b'] })])
    run.start()
    run.finish('a', 'failed')
    const { changed, added } = run.retry('a')
    expect(changed).toContainEqual(expect.objectContaining({ id: 1, status: 'failed', isRetried: true }))
    expect(added).toMatchObject([{ status: 'pending', attempt: 1 }])
    expect(run.statuses()).toEqual({ a: 'pending', b: 'created', c: 'created' })
    run.finish('a', 'success')
    expect(run.status('b')).toBe('pending')
  })

  it('of a successful job leaves later jobs that have run alone', () => {
    const run = drive([job({ name: 'a' }), job({ name: 'b', stage: 1 })])
    run.start()
    run.finish('a', 'success')
    run.finish('b', 'success')
    run.retry('a')
    expect(run.statuses()).toEqual({ a: 'pending', b: 'success' })
    run.finish('a', 'failed')
    expect(run.statuses()).toEqual({ a: 'failed', b: 'success' })
    expect(run.pipeline()).toBe('failed')
  })

  it('of a manual job does not wait to be played again', () => {
    const run = drive([job({ name: 'a', when: 'manual' })])
    run.start()
    run.play('a')
    run.finish('a', 'failed')
    run.retry('a')
    expect(run.status('a')).toBe('pending')
  })

  it('of a pipeline takes what failed, lets manual jobs wait again, leaves the rest (E22)', () => {
    const run = drive([
      job({ name: 'a' }),
      job({ name: 'm', when: 'manual', allowFailure: true }),
      job({ name: 'b' }),
      job({ name: 'c', stage: 1 }),
    ])
    run.start()
    run.finish('a', 'failed')
    run.play('m')
    run.finish('m', 'failed')
    run.finish('b', 'success')
    expect(run.pipeline()).toBe('failed')
    expect(run.status('c')).toBe('skipped')
    run.retryPipeline()
    expect(run.statuses()).toEqual({ a: 'pending', m: 'manual', b: 'success', c: 'created' })
  })
})

describe('cancel', () => {
  it('of a running job asks its runner, and whatever that reports is a cancel', () => {
    const run = drive([job({ name: 'a' })])
    run.start()
    run.claim('a')
    run.cancel('a')
    expect(run.status('a')).toBe('canceling')
    expect(run.effects()).toContainEqual({ type: 'cancel_running', jobId: 1 })
    run.finish('a', 'success')
    expect(run.status('a')).toBe('canceled')
  })

  it('twice does not wait for the runner when it is forced', () => {
    const run = drive([job({ name: 'a' })])
    run.start()
    run.claim('a')
    run.cancel('a')
    run.cancel('a')
    expect(run.status('a')).toBe('canceling')
    run.apply({ type: 'job_canceled', jobId: 1, force: true })
    expect(run.status('a')).toBe('canceled')
  })

  it('of a pipeline takes everything that is not done, manual and delayed jobs too', () => {
    const run = drive([
      job({ name: 'done' }),
      job({ name: 'running' }),
      job({ name: 'manual', when: 'manual', allowFailure: true }),
      job({ name: 'delayed', when: 'delayed', startInSeconds: 60 }),
      job({ name: 'later', stage: 1 }),
    ])
    run.start()
    run.finish('done', 'success')
    run.claim('running')
    run.cancelPipeline()
    expect(run.statuses()).toEqual({
      done: 'success',
      running: 'canceling',
      manual: 'canceled',
      delayed: 'canceled',
      later: 'canceled',
    })
    run.finish('running', 'failed')
    expect(run.pipeline()).toBe('canceled')
  })

  it('after the first failure when auto_cancel:on_job_failure is all', () => {
    const run = drive([job({ name: 'a' }), job({ name: 'b' }), job({ name: 'c', stage: 1 })], { onJobFailure: 'all' })
    run.start()
    run.claim('b')
    run.finish('a', 'failed')
    expect(run.statuses()).toEqual({ a: 'failed', b: 'canceling', c: 'canceled' })
    run.finish('b', 'canceled')
    expect(run.pipeline()).toBe('failed')
  })

  it('of what a newer commit made redundant takes all, while nothing has started that must not be interrupted', () => {
    const rules = [job({ name: 'a', interruptible: true }), job({ name: 'b' }), job({ name: 'c', stage: 1 })]
    const early = drive(rules)
    early.start()
    early.claim('a')
    early.apply({ type: 'superseded' })
    expect(early.statuses()).toEqual({ a: 'canceling', b: 'canceled', c: 'canceled' })
    const late = drive(rules)
    late.start()
    late.claim('b')
    late.apply({ type: 'superseded' })
    expect(late.statuses()).toEqual({ a: 'pending', b: 'running', c: 'created' })
  })

  it('of what a newer commit made redundant takes interruptible jobs only, or none, where the file says so', () => {
    const rules = [job({ name: 'a', interruptible: true }), job({ name: 'b' })]
    const some = drive(rules, { onNewCommit: 'interruptible' })
    some.start()
    some.claim('b')
    some.apply({ type: 'superseded' })
    expect(some.statuses()).toEqual({ a: 'canceled', b: 'running' })
    const none = drive(rules, { onNewCommit: 'none' })
    none.start()
    none.apply({ type: 'superseded' })
    expect(none.statuses()).toEqual({ a: 'pending', b: 'pending' })
  })
})

describe('runners', () => {
  it('that are lost before the script began give the job back', () => {
    const run = drive([job({ name: 'a' })])
    run.start()
    run.claim('a')
    run.apply({ type: 'requeued', jobId: 1 })
    expect(run.job('a')).toMatchObject({ status: 'pending', lease: 1, runnerId: null })
    run.claim('a')
    expect(run.job('a').lease).toBe(2)
  })

  it('that are lost after it began do not', () => {
    const run = drive([job({ name: 'a' })])
    run.start()
    run.claim('a')
    run.apply({ type: 'begun', jobId: 1 })
    run.apply({ type: 'requeued', jobId: 1 })
    expect(run.status('a')).toBe('running')
  })

  it('that never come drop the job with the reason', () => {
    const run = drive([job({ name: 'a' })])
    run.start()
    const message = 'no runner for it was seen'
    run.apply({ type: 'dropped', jobId: 1, reason: 'stuck_or_timeout_failure', detail: null, message, newJobId: 9 })
    expect(run.job('a')).toMatchObject({ status: 'failed', failureReason: 'stuck_or_timeout_failure', message })
  })
})

describe('resource groups', () => {
  it('hold a job until the resource is its own, and free it at the end (E28)', () => {
    const run = drive([job({ name: 'a', resourceGroup: 'prod' })])
    run.start()
    expect(run.status('a')).toBe('waiting_for_resource')
    expect(run.pipeline()).toBe('waiting_for_resource')
    expect(run.effects()).toEqual([{ type: 'request_resource', jobId: 1, key: 'prod' }])
    run.apply({ type: 'resource_acquired', jobId: 1 })
    expect(run.status('a')).toBe('pending')
    const { effects } = run.finish('a', 'failed')
    expect(effects).toContainEqual({ type: 'release_resource', jobId: 1, key: 'prod' })
  })
})

describe('bridges', () => {
  const bridge = (strategy: 'depend' | 'mirror' | null) =>
    drive([job({ name: 'child', kind: 'bridge', strategy }), job({ name: 'after', stage: 1 })])

  it('without a strategy are done when the downstream pipeline is there', () => {
    const run = bridge(null)
    expect(run.start().effects).toEqual([{ type: 'create_downstream', jobId: 1 }])
    run.apply({ type: 'downstream_created', jobId: 1, downstreamPipelineId: 7 })
    expect(run.statuses()).toEqual({ child: 'success', after: 'pending' })
  })

  it('fail when it cannot be made', () => {
    const run = bridge(null)
    run.start()
    const reason = 'downstream_pipeline_creation_failed'
    run.apply({ type: 'dropped', jobId: 1, reason, detail: null, message: 'no such project', newJobId: 9 })
    expect(run.job('child')).toMatchObject({ status: 'failed', failureReason: reason })
  })

  const depend = [
    ['success', 'success'],
    ['failed', 'failed'],
    ['skipped', 'failed'],
    ['canceled', 'canceled'],
    ['manual', 'running'],
    ['running', 'running'],
  ] as const
  it.each(depend)('that depend turn a downstream %s into %s', (status, expected) => {
    const run = bridge('depend')
    run.start()
    run.apply({ type: 'downstream_created', jobId: 1, downstreamPipelineId: 7 })
    expect(run.status('child')).toBe('running')
    run.apply({ type: 'downstream_changed', jobId: 1, downstreamPipelineId: 7, status, newJobId: 9 })
    expect(run.status('child')).toBe(expected)
  })

  const mirror = [
    ['success', 'success'],
    ['failed', 'failed'],
    ['skipped', 'skipped'],
    ['canceled', 'canceled'],
    ['manual', 'manual'],
    ['pending', 'running'],
  ] as const
  it.each(mirror)('that mirror turn a downstream %s into %s', (status, expected) => {
    const run = bridge('mirror')
    run.start()
    run.apply({ type: 'downstream_created', jobId: 1, downstreamPipelineId: 7 })
    run.apply({ type: 'downstream_changed', jobId: 1, downstreamPipelineId: 7, status, newJobId: 9 })
    expect(run.status('child')).toBe(expected)
  })

  it('run again when their downstream pipeline is retried, and so does what was skipped', () => {
    const run = bridge('depend')
    run.start()
    run.apply({ type: 'downstream_created', jobId: 1, downstreamPipelineId: 7 })
    run.apply({ type: 'downstream_changed', jobId: 1, downstreamPipelineId: 7, status: 'failed', newJobId: 9 })
    expect(run.statuses()).toEqual({ child: 'failed', after: 'skipped' })
    run.apply({ type: 'downstream_changed', jobId: 1, downstreamPipelineId: 7, status: 'running', newJobId: 9 })
    expect(run.statuses()).toEqual({ child: 'running', after: 'created' })
    run.apply({ type: 'downstream_changed', jobId: 1, downstreamPipelineId: 7, status: 'success', newJobId: 9 })
    expect(run.statuses()).toEqual({ child: 'success', after: 'pending' })
  })

  it('of a downstream pipeline are told of every change of its status', () => {
    const run = drive([job({ name: 'a' })], { sourceJobId: 40 })
    expect(run.start().effects).toContainEqual({ type: 'tell_upstream', jobId: 40, status: 'pending' })
    run.claim('a')
    expect(run.finish('a', 'success').effects).toEqual([{ type: 'tell_upstream', jobId: 40, status: 'success' }])
  })
})
