// The four-stage pipeline as it stands in pipelines/four-stages, on real parts.
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type JobView, type TestProject } from '../support/project.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject

beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/my-project')
  await project.useCase('four-stages')
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 60_000)

describe('the four-stage pipeline', { timeout: 300_000 }, () => {
  let latest: string | undefined

  it('runs five jobs in the order of the stages on master, and releases the image it tested', async () => {
    const pushed = await project.commitAndPush('master')
    expect(pushed.output).toMatch(new RegExp(`remote: .*${slipway.url}/my-group/my-project/-/pipelines/\\d+`))
    const pipeline = await project.finished('master')
    const jobs = await project.jobs(pipeline.id)
    expect(
      jobs.map(job => [job.name, job.status]),
      await traces(jobs),
    ).toEqual([
      ['build', 'success'],
      ['test1', 'success'],
      ['test2', 'success'],
      ['release-image', 'success'],
      ['deploy', 'success'],
    ])
    expect(pipeline.status).toBe('success')
    const [build, test1, test2, release, deploy] = jobs.map(interval) as [
      Interval,
      Interval,
      Interval,
      Interval,
      Interval,
    ]
    expect(build.end).toBeLessThanOrEqual(Math.min(test1.start, test2.start))
    expect(Math.max(test1.start, test2.start), 'test1 and test2 overlap').toBeLessThan(Math.min(test1.end, test2.end))
    expect(Math.max(test1.end, test2.end)).toBeLessThanOrEqual(release.start)
    expect(release.end).toBeLessThanOrEqual(deploy.start)
    const tags = await project.tags()
    expect(Object.keys(tags).toSorted()).toEqual(['latest', 'master'])
    expect(tags.latest).toBe(tags.master)
    latest = tags.latest
  })

  it('gives the host the very image, by user and password', async () => {
    const image = `127.0.0.1:${slipway.port}/my-group/my-project:latest`
    await execa('docker', ['login', '-u', 'root', '--password-stdin', `127.0.0.1:${slipway.port}`], {
      input: slipway.rootPassword,
    })
    try {
      await execa('docker', ['pull', '-q', image])
      const { stdout } = await execa('docker', ['image', 'inspect', '--format', '{{index .RepoDigests 0}}', image])
      expect(stdout.split('@')[1]).toBe(latest)
    } finally {
      await execa('docker', ['rmi', '-f', image], { reject: false })
      await execa('docker', ['logout', `127.0.0.1:${slipway.port}`])
    }
  })

  it('runs build, test1 and test2 on another branch, and leaves latest alone', async () => {
    await project.write({ 'script/version': 'version 2\n' })
    await project.commitAndPush('topic')
    const pipeline = await project.finished('topic')
    const jobs = await project.jobs(pipeline.id)
    expect(
      jobs.map(job => [job.name, job.status]),
      await traces(jobs),
    ).toEqual([
      ['build', 'success'],
      ['test1', 'success'],
      ['test2', 'success'],
    ])
    const tags = await project.tags()
    expect(Object.keys(tags).toSorted()).toEqual(['latest', 'master', 'topic'])
    expect(tags.latest).toBe(latest)
    expect(tags.topic).not.toBe(latest)
  })

  it('releases and deploys nothing when a test fails, and tells its exit code', async () => {
    await project.write({ 'script/to/run/tests': '#!/bin/sh\necho the tests fail\nexit 7\n' })
    await project.commitAndPush('master')
    const pipeline = await project.finished('master')
    const jobs = await project.jobs(pipeline.id)
    expect(
      jobs.map(job => [job.name, job.status]),
      await traces(jobs),
    ).toEqual([
      ['build', 'success'],
      ['test1', 'failed'],
      ['test2', 'success'],
      ['release-image', 'skipped'],
      ['deploy', 'skipped'],
    ])
    expect(pipeline.status).toBe('failed')
    const failed = jobs[1] as JobView
    expect(await project.trace(failed.id)).toContain('ERROR: Job failed: exit code 7')
    expect(failed.failure_reason).toBe('script_failure')
    expect((await project.tags()).latest).toBe(latest)
  })

  it('leaves no secret in the logs, and a token that is dead when its job has ended', async () => {
    await project.write({
      '.gitlab-ci.yml':
        'leak:\n  image: docker:git\n  script:\n    - echo "token $CI_BUILD_TOKEN"\n    - echo "$CI_BUILD_TOKEN" | sed "s/./& /g"\n',
    })
    await project.commitAndPush('leak')
    const pipeline = await project.finished('leak')
    const [job] = await project.jobs(pipeline.id)
    const trace = await project.trace(job?.id ?? 0)
    expect(trace).toContain('token [MASKED]')
    const token = /^(?:\S ){20,}\S?\s*$/m.exec(trace)?.[0].replaceAll(/\s/g, '') ?? ''
    expect(token).toMatch(/^glcbt-/)
    const login = await execa(
      'docker',
      ['login', '-u', 'gitlab-ci-token', '--password-stdin', `127.0.0.1:${slipway.port}`],
      {
        input: token,
        reject: false,
        all: true,
      },
    )
    expect(login.exitCode).not.toBe(0)
    expect(login.all).toMatch(/unauthorized|denied/i)
  })
})

type Interval = { readonly start: number; readonly end: number }

function interval(job: JobView): Interval {
  return { start: Date.parse(job.started_at ?? ''), end: Date.parse(job.finished_at ?? '') }
}

/** Shown when an expectation about jobs fails. */
async function traces(jobs: readonly JobView[]): Promise<string> {
  const ended = jobs.filter(job => job.started_at !== null)
  const texts = await Promise.all(
    ended.map(async job => `── ${job.name} (${job.status})\n${await project.trace(job.id)}`),
  )
  return texts.join('\n')
}
