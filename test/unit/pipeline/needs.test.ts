import { describe, expect, it } from 'vitest'
import { jobOf, messagesOf, namesOf, planOf } from '../../support/pipeline.ts'

describe('needs', () => {
  it('are null by stage, a list when written, even an empty one', async () => {
    const text =
      'a: {stage: build, script: a}\nb: {script: a}\nc: {script: a, needs: []}\nd: {script: a, needs: [{job: a, artifacts: false, optional: true}]}'
    const plan = await planOf(text)
    expect(plan.jobs.map(job => job.needs)).toEqual([null, null, [], [{ job: 'a', artifacts: false, optional: true }]])
  })

  it('know one instance where a matrix says a value twice', async () => {
    const text = 'x: {script: a, parallel: {matrix: [{P: [l, l]}, {P: m}, {P: l}]}}'
    const { jobs } = await planOf(text)
    expect(jobs.map(({ name, parallel }) => [name, parallel?.total])).toEqual([
      ['x: [l]', 2],
      ['x: [m]', 2],
    ])
  })

  it('mean every instance of a parallel job, or the one that is named', async () => {
    const text =
      'x: {stage: build, script: a, parallel: 2}\ny: {script: a, needs: [x]}\nz: {script: a, needs: ["x 2/2"], dependencies: ["x 2/2"]}\nw: {script: a, dependencies: [x]}'
    expect((await jobOf(text, 'y')).needs?.map(need => need.job)).toEqual(['x 1/2', 'x 2/2'])
    expect((await jobOf(text, 'z')).needs?.map(need => need.job)).toEqual(['x 2/2'])
    expect((await jobOf(text, 'w')).dependencies).toEqual(['x 1/2', 'x 2/2'])
  })

  it('follow the instance with $[[ matrix.X ]]', async () => {
    const text = `
x: {stage: build, script: a, parallel: {matrix: [{P: [l, m]}]}}
y: {script: a, parallel: {matrix: [{P: [l, m]}]}, needs: [{job: x, parallel: {matrix: [{P: '$[[ matrix.P ]]'}]}}]}`
    const { jobs } = await planOf(text)
    expect(jobs.filter(job => job.groupName === 'y').map(job => job.needs?.map(need => need.job))).toEqual([
      ['x: [l]'],
      ['x: [m]'],
    ])
    expect((await messagesOf(text.replace('{P: [l, m]}]}, needs', '{P: [l, n]}]}, needs')))[0]).toContain(
      'undefined need: x: [n]',
    )
  })

  it('may be one map, and ignore null items', async () => {
    const text = 'a: {stage: build, script: a}\nb: {script: a, needs: {job: a}}\nc: {script: a, needs: [null, a]}'
    expect((await jobOf(text, 'b')).needs).toHaveLength(1)
    expect((await jobOf(text, 'c')).needs).toHaveLength(1)
  })

  it('of other pipelines bring artifacts only', async () => {
    const text = 'x: {script: a, needs: [{pipeline: $PARENT, job: b}]}'
    const job = await jobOf(text, 'x', { variables: { pipeline: [{ key: 'PARENT', value: '7' }] } })
    expect(job).toMatchObject({ needs: [], upstreamNeeds: [{ pipeline: '7', job: 'b', artifacts: true }] })
    expect((await jobOf('x: {script: a, needs: {pipeline: "7"}}', 'x')).needs).toBeNull()
    expect((await messagesOf('x: {script: a, needs: [{project: g/p, job: b, ref: main}]}'))[0]).toBe(
      'jobs:x:needs:need:project is not supported by Slipway',
    )
  })

  it('come from a matching rule instead of the job', async () => {
    const text =
      'a: {stage: build, script: a}\nb: {stage: build, script: a}\nx: {script: a, needs: [a], rules: [{if: $CI_COMMIT_BRANCH, needs: [b]}]}'
    expect((await jobOf(text, 'x')).needs?.map(need => need.job)).toEqual(['b'])
  })

  it.each([
    ['x: {script: a, needs: [y]}', 'x job: undefined need: y'],
    ['bild: {script: a}\nx: {script: a, needs: [build]}', "x job: undefined need: build (did you mean 'bild'?)"],
    ['.h: {script: a}\nx: {script: a, needs: [.h]}', 'x job: undefined need: .h'],
    [
      'x: {script: a, needs: [y]}\ny: {stage: deploy, script: a}',
      'x job: need y is not defined in current or prior stages',
    ],
    ['x: {script: a, needs: [x]}', 'The pipeline has circular dependencies: x needs itself'],
    ['x: {script: a, needs: [y]}\ny: {script: a, needs: [x]}', 'The pipeline has circular dependencies: x → y → x'],
    ['a: {stage: build, script: a}\nx: {script: a, needs: [a, a]}', 'x has the following needs duplicated: a.'],
    [
      'x: {script: a, needs: [{job: y, parallel: 2}]}\ny: {script: a}',
      'jobs:x:needs:need:parallel cannot use "parallel: <number>"',
    ],
  ])('refuses %s', async (text, message) => {
    expect((await messagesOf(text))[0]).toBe(message)
  })

  it('refuses circles that only rules make', async () => {
    const text =
      'x: {script: a, rules: [{if: $CI_COMMIT_BRANCH, needs: [y]}]}\ny: {script: a, rules: [{if: $CI_COMMIT_BRANCH, needs: [x]}]}'
    expect((await messagesOf(text))[0]).toContain('circular dependencies')
  })

  it('takes fifty and not one more, each instance counted', async () => {
    const jobs = Array.from({ length: 51 }, (_, at) => `j${at}: {stage: build, script: a}\n`).join('')
    const needing = (count: number) =>
      `${jobs}x: {script: a, needs: [${Array.from({ length: count }, (_, at) => `j${at}`)}]}`
    expect(await namesOf(needing(50))).toContain('x')
    expect((await messagesOf(needing(51)))[0]).toBe('x: one job can only need 50 others, but you have listed 51')
    const parallel = 'p: {stage: build, script: a, parallel: 51}\nx: {script: a, needs: [p]}'
    expect((await messagesOf(parallel))[0]).toContain('one job can only need 50 others')
  })
})

describe('parallel', () => {
  it('numbers its instances, even a single one, and gives each its variables', async () => {
    const { jobs } = await planOf('x: {script: a, parallel: 2}\ny: {script: a, parallel: 1}')
    expect(jobs.map(job => job.name)).toEqual(['x 1/2', 'x 2/2', 'y 1/1'])
    expect(jobs[1]).toMatchObject({ groupName: 'x', parallel: { index: 2, total: 2, matrix: null } })
    expect(jobs[1]?.predefined).toMatchObject({ CI_NODE_INDEX: '2', CI_NODE_TOTAL: '2', CI_JOB_GROUP_NAME: 'x' })
  })

  it('lets rules see the values of the matrix', async () => {
    const text = 'x: {script: a, parallel: {matrix: [{OS: [linux, mac]}]}, rules: [{if: $OS == "linux"}]}'
    expect(await namesOf(text)).toEqual(['x: [linux]'])
    expect((await jobOf(text, 'x: [linux]')).variables).toEqual({ OS: 'linux' })
  })

  it('takes a matrix only for trigger jobs', async () => {
    expect((await messagesOf('x: {trigger: g/p, parallel: 2}'))[0]).toContain('cannot use "parallel: <number>"')
    expect(await namesOf('x: {trigger: g/p, parallel: {matrix: [{A: [1, 2]}]}}')).toEqual(['x: [1]', 'x: [2]'])
  })
})
