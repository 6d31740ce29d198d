import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { createTemporaryFolder } from '../../support/temporary.ts'

const launcher = join(import.meta.dirname, '../../../bin/slipway')
const fourStages = join(import.meta.dirname, '../../../pipelines/four-stages/.gitlab-ci.yml')

async function slipway(words: readonly string[], options: { readonly input?: string; readonly cwd?: string } = {}) {
  const result = await execa(launcher, words, { reject: false, ...options })
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr }
}

describe('slipway plan', () => {
  it('tells the jobs of the four-stage pipeline and what they would do', async () => {
    const { exitCode, stdout } = await slipway(['plan', '--file', fourStages, '--json'])
    const plan = JSON.parse(stdout)
    expect(exitCode).toBe(0)
    expect(plan).toMatchObject({ valid: true, created: true, name: null, leftOut: [], warnings: [] })
    expect(plan.stages).toEqual(['build', 'test', 'release', 'deploy'])
    expect(plan.jobs[1]).toMatchObject({
      name: 'test1',
      stage: 'test',
      when: 'on_success',
      needs: null,
      image: { name: 'docker:git', entrypoint: null, pullPolicy: null },
      services: [{ name: 'docker:dind', alias: ['docker'], entrypoint: null, command: null, variables: {} }],
      variables: { CONTAINER_TEST_IMAGE: 'registry.example.com/my-group/my-project:master' },
      predefined: { CI_BUILD_REF_NAME: 'master', CI_COMMIT_BRANCH: 'master', CI_JOB_NAME: 'test1', CI_JOB_TOKEN: '' },
      source: { file: fourStages, line: 24 },
    })
    expect(plan.simulation).toEqual({
      pipeline: 'success',
      warnings: false,
      jobs: { build: 'success', test1: 'success', test2: 'success', 'release-image': 'success', deploy: 'success' },
      order: [['build'], ['test1', 'test2'], ['release-image'], ['deploy']],
    })
  })

  it('tells why a job is left out on a branch, and what a failure does', async () => {
    const words = ['plan', '--file', fourStages, '--ref', 'topic', '--outcome', 'test1=failed:7', '--explain', '--json']
    const plan = JSON.parse((await slipway(words)).stdout)
    expect(plan.leftOut).toEqual([
      { name: 'release-image', reason: 'only: master (ref is topic)' },
      { name: 'deploy', reason: 'only: master (ref is topic)' },
    ])
    expect(plan.simulation).toMatchObject({ pipeline: 'failed', jobs: { test1: 'failed', test2: 'success' } })
    expect(plan.explanations.map((each: { job: string }) => each.job)).toContain('deploy')
  })

  it('reads standard input, and tells every mistake with its line', async () => {
    const input = 'a:\n  scrpt: x\nb:\n  script: x\n  needs: [c]\n'
    const { exitCode, stdout } = await slipway(['plan', '--file', '-', '--json'], { input })
    const { valid, errors } = JSON.parse(stdout)
    expect({ exitCode, valid }).toEqual({ exitCode: 1, valid: false })
    expect(errors).toContainEqual(
      expect.objectContaining({ file: '.gitlab-ci.yml', line: 2, message: expect.stringContaining('scrpt') }),
    )
  })

  it('ends with 3 when nothing would be created', async () => {
    const input = 'a: {script: x, only: [tags]}'
    const { exitCode, stdout } = await slipway(['plan', '--file', '-', '--json'], { input })
    expect(exitCode).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, created: false, reason: 'no_jobs' })
    const skipped = await slipway(['plan', '--file', '-', '--json', '--message', 'x [ci skip]'], {
      input: 'a: {script: x}',
    })
    expect(skipped.exitCode).toBe(3)
    expect(JSON.parse(skipped.stdout)).toMatchObject({ created: false, reason: 'skip' })
  })

  it('ends with 2 for wrong usage, and offers the mend', async () => {
    const usages: readonly (readonly [string[], string])[] = [
      [['--outcome', 'tst1=failed'], "'tst1' is not a job of this file (did you mean 'test1'?)"],
      [
        ['--outcome', 'test1=broken'],
        "expected success, failed, failed:EXIT_CODE, failed:REASON or canceled, found 'broken'",
      ],
      [['--source', 'pusch'], '--source: expected one of push, web'],
      [['--variable', 'A'], "--variable: expected KEY=VALUE, found 'A'"],
      [['--input', 'A'], "--input: expected NAME=VALUE, found 'A'"],
      [['--nonsense'], "unknown option '--nonsense'"],
    ]
    for (const [words, message] of usages) {
      const { exitCode, stderr } = await slipway(['plan', '--file', fourStages, ...words])
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) })
    }
  })

  it('plays manual jobs and cancels pipelines when asked', async () => {
    const input = 'a: {stage: build, script: x, when: manual, allow_failure: false}\nb: {script: x}'
    const simulate = async (...words: string[]) =>
      JSON.parse((await slipway(['plan', '--file', '-', '--json', ...words], { input })).stdout).simulation
    expect(await simulate()).toMatchObject({ pipeline: 'manual', jobs: { a: 'manual', b: 'created' } })
    expect(await simulate('--play', 'a')).toMatchObject({ pipeline: 'success', order: [['a'], ['b']] })
    expect(await simulate('--play', 'a', '--cancel-pipeline-after', 'a')).toMatchObject({ pipeline: 'canceled' })
  })

  it('has the variables that only some events have, empty where only a run knows them', async () => {
    const predefined = async (source: string) => {
      const words = ['plan', '--file', '-', '--json', '--source', source]
      return JSON.parse((await slipway(words, { input: 'a: {script: x, rules: [{when: always}]}' })).stdout).jobs[0]
        .predefined
    }
    expect(await predefined('push')).toMatchObject({
      GITLAB_USER_LOGIN: '',
      CI_JOB_STATUS: 'running',
      CI_JOB_IMAGE: '',
    })
    expect(await predefined('push')).not.toHaveProperty('CI_PIPELINE_TRIGGERED')
    expect(await predefined('trigger')).toMatchObject({ CI_PIPELINE_TRIGGERED: 'true', CI_BUILD_TRIGGERED: 'true' })
    expect(await predefined('schedule')).toMatchObject({ CI_PIPELINE_SCHEDULE_DESCRIPTION: '' })
    expect(await predefined('parent_pipeline')).toMatchObject({ CI_UPSTREAM_PIPELINE_ID: '' })
  })

  it('takes inputs by the types that the file gives them', async () => {
    const input =
      'spec: {inputs: {n: {type: number}, may: {type: boolean}, of: {type: array}, s: {default: z}}}\n---\n' +
      'a: {script: ["$[[ inputs.of ]]", "$[[ inputs.s ]]"], parallel: "$[[ inputs.n ]]", allow_failure: "$[[ inputs.may ]]"}'
    const words = ['plan', '--file', '-', '--json', '--input', 'n=2', '--input', 'may=true', '--input', 'of=["x", "y"]']
    const { jobs } = JSON.parse((await slipway([...words, '--input', 's=a=b'], { input })).stdout)
    expect(jobs).toMatchObject([
      { name: 'a 1/2', script: ['x', 'y', 'a=b'], allowFailure: true },
      { name: 'a 2/2', script: ['x', 'y', 'a=b'], allowFailure: true },
    ])
    const wrong = JSON.parse((await slipway(['plan', '--file', '-', '--json', '--input', 'm=2'], { input })).stdout)
    const messages = (wrong.errors as { message: string }[]).map(error => error.message).join('\n')
    expect(messages).toContain('unknown input arguments: m')
    expect(messages).toContain('`n` input: required value has not been provided')
  })

  it('takes every changes: as matching while nothing is said of changes, compare_to or not', async () => {
    const input = 'a: {script: x, rules: [{changes: {paths: [nowhere/*], compare_to: main}}]}'
    expect((await slipway(['plan', '--file', '-'], { input })).exitCode).toBe(0)
    expect((await slipway(['plan', '--file', '-', '--changed', 'b'], { input })).exitCode).toBe(3)
    expect((await slipway(['plan', '--file', '-', '--changed', 'nowhere/b'], { input })).exitCode).toBe(0)
  })

  it('looks at the files beside the file for exists', async () => {
    const folder = await createTemporaryFolder('slipway-plan')
    await writeFile(join(folder.path, '.gitlab-ci.yml'), 'a: {script: x, rules: [{exists: [Dockerfile]}]}')
    expect((await slipway(['plan'], { cwd: folder.path })).exitCode).toBe(3)
    await writeFile(join(folder.path, 'Dockerfile'), 'FROM scratch')
    expect((await slipway(['plan'], { cwd: folder.path })).exitCode).toBe(0)
    expect((await slipway(['plan', '--exists', 'other'], { cwd: folder.path })).exitCode).toBe(3)
    await mkdir(join(folder.path, 'below/it'), { recursive: true })
    const below = { cwd: join(folder.path, 'below/it') }
    expect((await slipway(['plan'], below)).stderr).toContain('is there a .gitlab-ci.yml here?')
    await mkdir(join(folder.path, '.git'))
    expect((await slipway(['plan'], below)).exitCode).toBe(0)
    expect((await slipway(['lint'], below)).stdout).toContain('ok')
    await folder.remove()
  })

  it('is plain text when it does not write to a terminal', async () => {
    const { stdout } = await slipway(['plan', '--file', fourStages, '--explain'])
    expect(stdout).toContain('5 jobs in 4 stages would end success')
    expect(stdout).toContain('build → test1, test2 → release-image → deploy')
    expect(stdout).toContain('only: master (ref is master)')
    expect(stdout.includes('\u001b')).toBe(false)
  })
})

describe('slipway lint', () => {
  it('says ok, or every mistake', async () => {
    expect(await slipway(['lint', fourStages])).toMatchObject({ exitCode: 0, stdout: 'ok' })
    const wrong = await slipway(['lint', '-'], { input: 'a: {script: x, when: never}\nb: {foo: 1}' })
    expect(wrong.exitCode).toBe(1)
    expect(wrong.stdout).toContain('.gitlab-ci.yml:1:')
    expect(wrong.stdout).toContain('.gitlab-ci.yml:2:')
    const json = JSON.parse((await slipway(['lint', '--json', fourStages])).stdout)
    expect(json).toEqual({ valid: true, created: true, errors: [], warnings: [] })
  })

  it('says how to get what other projects include', async () => {
    const input =
      'include: [{project: other/thing, file: x.yml}, {remote: "https://example.com/a.yml"}, {template: X.yml}]'
    const { exitCode, stdout } = await slipway(['lint', '-', '--json'], { input })
    const messages = (JSON.parse(stdout).errors as { message: string }[]).map(error => error.message)
    expect(exitCode).toBe(1)
    expect(messages[0]).toMatch(/other\/thing.*--include-from URL/)
    expect(messages[1]).toMatch(/example\.com.*--allow-remote/)
    expect(messages[2]).toMatch(/X\.yml.*--include-from URL/)
  })

  it('names the file that is not there', async () => {
    const { exitCode, stderr } = await slipway(['lint', 'nowhere.yml'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('cannot read nowhere.yml') })
  })
})
