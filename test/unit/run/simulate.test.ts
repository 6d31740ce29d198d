import { describe, expect, it } from 'vitest'
import { simulationOf } from '../../support/run/compiled.ts'

const fourStages = `
stages: [build, test, release, deploy]
build: {stage: build, script: a}
test1: {stage: test, script: a}
test2: {stage: test, script: a}
release-image: {stage: release, script: a}
deploy: {stage: deploy, script: a}
`

describe('a simulation', () => {
  it('tells what could start together, in turn', async () => {
    expect(await simulationOf(fourStages)).toEqual({
      pipeline: 'success',
      warnings: false,
      jobs: { build: 'success', test1: 'success', test2: 'success', 'release-image': 'success', deploy: 'success' },
      order: [['build'], ['test1', 'test2'], ['release-image'], ['deploy']],
    })
  })

  it('skips what a failure keeps from running', async () => {
    const { pipeline, jobs, order } = await simulationOf(fourStages, { outcomes: { test1: 7 } })
    expect(pipeline).toBe('failed')
    expect(jobs).toMatchObject({ test1: 'failed', test2: 'success', 'release-image': 'skipped', deploy: 'skipped' })
    expect(order).toEqual([['build'], ['test1', 'test2']])
  })

  it('cancels the pipeline after a job, and with it what runs beside', async () => {
    const { pipeline, jobs } = await simulationOf(fourStages, { cancelAfter: 'test1' })
    expect(pipeline).toBe('canceled')
    expect(jobs).toEqual({
      build: 'success',
      test1: 'success',
      test2: 'canceled',
      'release-image': 'canceled',
      deploy: 'canceled',
    })
  })

  it('tries again as the job asks, with the outcome of each attempt', async () => {
    const yaml = 'a: {stage: build, script: a, retry: 1}\nb: {script: a}'
    const saved = await simulationOf(yaml, { outcomes: { a: ['failed', 'success'] } })
    expect(saved).toMatchObject({ pipeline: 'success', order: [['a'], ['a'], ['b']] })
    const lost = await simulationOf(yaml, { outcomes: { a: 'failed' } })
    expect(lost).toMatchObject({ pipeline: 'failed', order: [['a'], ['a']], jobs: { b: 'skipped' } })
  })

  it('lets time pass for delayed jobs when nothing else is left', async () => {
    const yaml =
      'a: {stage: build, script: a, when: delayed, start_in: 10 minutes}\nb: {stage: build, script: a}\nc: {script: a}'
    expect(await simulationOf(yaml)).toMatchObject({ pipeline: 'success', order: [['b'], ['a'], ['c']] })
  })

  it('runs the jobs of one resource group one after the other', async () => {
    const yaml = 'a: {script: a, resource_group: prod}\nb: {script: a, resource_group: prod}\nc: {script: a}'
    expect((await simulationOf(yaml)).order).toEqual([['a', 'c'], ['b']])
  })

  it('names the instances of a parallel job by the name of their group', async () => {
    const { jobs } = await simulationOf('a: {script: a, parallel: 2}', { outcomes: { a: 'failed' } })
    expect(jobs).toEqual({ 'a 1/2': 'failed', 'a 2/2': 'failed' })
  })

  it('gives a bridge the outcome of its downstream pipeline', async () => {
    const yaml = 'a: {trigger: {project: g/p, strategy: depend}}\nb: {trigger: g/q}\nc: {stage: deploy, script: a}'
    expect((await simulationOf(yaml)).jobs).toEqual({ a: 'success', b: 'success', c: 'success' })
    expect((await simulationOf(yaml, { outcomes: { a: 'failed' } })).jobs).toMatchObject({ a: 'failed', c: 'skipped' })
    expect((await simulationOf(yaml, { outcomes: { b: 'failed' } })).jobs).toMatchObject({ b: 'failed', c: 'skipped' })
  })
})

describe('the cases of the language about states', () => {
  const endOf = async (yaml: string, wishes: Parameters<typeof simulationOf>[1]) => {
    const { pipeline, warnings, jobs } = await simulationOf(yaml, wishes)
    return { ...jobs, pipeline: warnings ? `${pipeline} with warnings` : pipeline }
  }

  it('B13: a cancel stops even always', async () => {
    const yaml = 'a: {script: a, stage: build}\nc: {script: a, stage: deploy, when: always}'
    expect(await endOf(yaml, { outcomes: { a: 'canceled' } })).toEqual({
      a: 'canceled',
      c: 'skipped',
      pipeline: 'canceled',
    })
  })

  it('D11: only optional manual jobs make a skipped pipeline', async () => {
    const yaml =
      'x: {script: a, when: manual, rules: [{if: $CI_COMMIT_BRANCH}, {if: $CI_COMMIT_TAG, when: on_success}]}'
    expect(await endOf(yaml, {})).toEqual({ x: 'manual', pipeline: 'skipped' })
  })

  it('D25: an optional need that is left out holds nothing up', async () => {
    const yaml =
      'a: {script: a, stage: build, rules: [{if: $CI_COMMIT_TAG}]}\nc: {script: a, needs: [{job: a, optional: true}]}'
    expect((await simulationOf(yaml)).order).toEqual([['c']])
  })

  it('E02: allow_failure', async () => {
    const yaml = 'a: {stage: build, script: a, allow_failure: true}\nb: {script: a}\nc: {script: a, when: on_failure}'
    const expected = { a: 'failed', b: 'success', c: 'skipped', pipeline: 'success with warnings' }
    expect(await endOf(yaml, { outcomes: { a: 'failed' } })).toEqual(expected)
  })

  it('E04: on_failure looks at all earlier stages', async () => {
    const yaml = [
      'a: {stage: build, script: a}',
      'b: {script: a, when: always}',
      'c: {stage: deploy, script: a, when: on_failure}',
      'd: {stage: deploy, script: a}',
    ].join('\n')
    const expected = { a: 'failed', b: 'success', c: 'success', d: 'skipped', pipeline: 'failed' }
    expect(await endOf(yaml, { outcomes: { a: 'failed' } })).toEqual(expected)
  })

  it('E06: optional manual never blocks', async () => {
    const yaml = 'a: {stage: build, script: a, when: manual}\nb: {script: a}'
    expect(await endOf(yaml, {})).toEqual({ a: 'manual', b: 'success', pipeline: 'success' })
    expect(await endOf(yaml, { plays: ['a'] })).toEqual({ a: 'success', b: 'success', pipeline: 'success' })
  })

  it('E08: only optional manual jobs', async () => {
    const yaml = 'a: {script: a, when: manual}\nb: {stage: deploy, script: a, when: manual}'
    expect(await endOf(yaml, {})).toEqual({ a: 'manual', b: 'manual', pipeline: 'skipped' })
  })

  it('E10: needing a blocking manual job', async () => {
    const yaml = 'a: {stage: build, script: a, when: manual, allow_failure: false}\nb: {script: a, needs: [a]}'
    expect(await endOf(yaml, {})).toEqual({ a: 'manual', b: 'created', pipeline: 'manual' })
  })

  it('E12: needs: []', async () => {
    const yaml = 'a: {stage: build, script: a}\nb: {stage: deploy, script: a, needs: []}'
    expect((await simulationOf(yaml)).order).toEqual([['a', 'b']])
    expect(await endOf(yaml, { outcomes: { a: 'failed' } })).toMatchObject({ b: 'success' })
  })

  it('E14: on_failure with needs sees only its needs', async () => {
    const yaml =
      'a: {stage: build, script: a}\nb: {stage: build, script: a}\nc: {script: a, needs: [b], when: on_failure}'
    expect(await endOf(yaml, { outcomes: { a: 'failed' } })).toMatchObject({ c: 'skipped' })
    expect(await endOf(yaml, { outcomes: { b: 'failed' } })).toMatchObject({ c: 'success' })
  })

  it('E16: a job by stage waits for jobs with needs of earlier stages', async () => {
    const yaml = 'a: {stage: build, script: a}\nb: {script: a, needs: []}\nc: {stage: deploy, script: a}'
    expect((await simulationOf(yaml)).order).toEqual([['a', 'b'], ['c']])
    expect(await endOf(yaml, { outcomes: { b: 'failed' } })).toMatchObject({ c: 'skipped' })
  })

  it('E18: cancel a job with allow_failure', async () => {
    const yaml = 'a: {stage: build, script: a, allow_failure: true}\nb: {script: a}\nc: {script: a, when: on_failure}'
    const expected = { a: 'canceled', b: 'success', c: 'skipped', pipeline: 'success with warnings' }
    expect(await endOf(yaml, { outcomes: { a: 'canceled' } })).toEqual(expected)
  })

  it('E20: failed beats canceled', async () => {
    const yaml = 'a: {script: a}\nb: {script: a}'
    expect(await endOf(yaml, { outcomes: { a: 'failed', b: 'canceled' } })).toMatchObject({ pipeline: 'failed' })
    expect(await endOf(yaml, { outcomes: { b: 'canceled' } })).toMatchObject({ pipeline: 'canceled' })
  })

  it('E22: a played manual job that fails is a warning beside a real failure', async () => {
    const yaml = 'a: {script: a}\nm: {script: a, when: manual}\nb: {script: a}\nc: {stage: deploy, script: a}'
    const expected = { a: 'failed', m: 'failed', b: 'success', c: 'skipped', pipeline: 'failed' }
    expect(await endOf(yaml, { outcomes: { a: 'failed', m: 'failed' }, plays: ['m'] })).toEqual(expected)
  })

  it('E24: delayed', async () => {
    const yaml = 'a: {script: a, when: delayed, start_in: 10 minutes}\nb: {stage: deploy, script: a}'
    expect((await simulationOf(yaml)).order).toEqual([['a'], ['b']])
    expect((await simulationOf(yaml, { plays: ['a'] })).order).toEqual([['a'], ['b']])
  })

  it('E28: resource_group', async () => {
    expect(await endOf('a: {script: a, resource_group: prod}', {})).toEqual({ a: 'success', pipeline: 'success' })
  })
})
