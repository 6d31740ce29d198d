// What people get wrong: each ends soon, with a message that tells the place and the mend.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { eventually, type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject

beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/my-project')
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 60_000)

/** Pushes the file to a branch of its own and waits for the end of its one job. */
async function runJob(
  ref: string,
  yaml: string,
  limitMs = 120_000,
): Promise<{ status: string; reason: string | undefined; trace: string }> {
  await project.write({ '.gitlab-ci.yml': yaml })
  await project.commitAndPush(ref)
  const pipeline = await project.finished(ref, limitMs)
  const [job] = await project.jobs(pipeline.id)
  return { status: pipeline.status, reason: job?.failure_reason, trace: await project.trace(job?.id ?? 0) }
}

describe('mistakes', { timeout: 240_000 }, () => {
  it('a file with mistakes keeps a failed pipeline, and the push tells each with its line', async () => {
    await project.write({ '.gitlab-ci.yml': 'build:\n  scrpt: make\n\ntest:\n  script: make test\n  needs: [bild]\n' })
    const pushed = await project.commitAndPush('invalid')
    expect(pushed.exitCode).toBe(0)
    expect(pushed.output).toMatch(/remote: .*\.gitlab-ci\.yml:2/)
    expect(pushed.output).toMatch(/unknown keys: scrpt/)
    const [pipeline] = await project.pipelines('invalid')
    expect(pipeline?.status).toBe('failed')
    expect(await project.jobs(pipeline?.id ?? 0)).toEqual([])
  })

  it('a push without a .gitlab-ci.yml makes no pipeline', async () => {
    await project.git('checkout', '-q', '--orphan', 'empty')
    await project.git('rm', '-rfq', '--cached', '.')
    await project.write({ 'README.md': 'nothing to run\n', '.gitignore': '.gitlab-ci.yml\n' })
    const pushed = await project.commitAndPush('empty')
    await project.git('checkout', '-qf', 'master')
    expect(pushed.exitCode).toBe(0)
    expect(await project.pipelines('empty')).toEqual([])
  })

  it('an image that is nowhere fails the job and is named', async () => {
    const { status, trace } = await runJob(
      'no-image',
      'job:\n  image: registry.example.com/my-group/my-project/no-such-image:1\n  script: [echo hello]\n',
    )
    expect(status).toBe('failed')
    expect(trace).toContain('registry.example.com/my-group/my-project/no-such-image:1')
    expect(trace).toMatch(/ERROR: Job failed/)
  })

  it('a wrong registry password is told by docker', async () => {
    const { status, trace } = await runJob(
      'wrong-password',
      'job:\n  image: docker:git\n  services: [docker:dind]\n  script:\n    - docker login -u root -p wrong registry.example.com\n',
    )
    expect(status).toBe('failed')
    expect(trace).toMatch(/unauthorized|denied/i)
  })

  it("a push to another project's images is refused", async () => {
    const other = await createProject(slipway, 'other-group/other-project')
    await other.remove()
    const { status, trace } = await runJob(
      'foreign-push',
      [
        'job:',
        '  image: docker:git',
        '  services: [docker:dind]',
        '  script:',
        '    - docker login -u gitlab-ci-token -p $CI_BUILD_TOKEN registry.example.com',
        '    - mkdir empty && echo FROM scratch > empty/Dockerfile && echo COPY Dockerfile / >> empty/Dockerfile',
        '    - docker build -q -t registry.example.com/other-group/other-project empty',
        '    - docker push registry.example.com/other-group/other-project',
        '',
      ].join('\n'),
    )
    expect(status).toBe('failed')
    expect(trace).toMatch(/denied|unauthorized/i)
  })

  it('a job that prints 100 MiB keeps its head and its tail', async () => {
    const { status, trace } = await runJob(
      'flood',
      'job:\n  image: busybox\n  script:\n    - echo the first line\n    - awk \'BEGIN { for (i = 0; i < 2500000; i++) print "a line of a log that never seems to end", i }\'\n    - echo the last line\n',
    )
    expect(status).toBe('success')
    expect(trace).toContain('the first line')
    expect(trace).toContain('the last line')
    expect(trace.length).toBeLessThan(80 * 1024 * 1024)
  })

  it('a job that never ends is ended by its timeout', async () => {
    const { status, reason, trace } = await runJob(
      'endless',
      'job:\n  image: busybox\n  timeout: 3 seconds\n  script:\n    - echo begin\n    - sleep 600\n',
    )
    expect(status).toBe('failed')
    expect(reason).toBe('job_execution_timeout')
    expect(trace).toMatch(/execution took longer than/)
  })

  it('a cancel ends the job soon', async () => {
    await project.write({ '.gitlab-ci.yml': 'job:\n  image: busybox\n  script:\n    - echo begin\n    - sleep 600\n' })
    await project.commitAndPush('cancel')
    const job = await eventually('the first line', 60_000, async () => {
      const [pipeline] = await project.pipelines('cancel')
      const [found] = pipeline === undefined ? [] : await project.jobs(pipeline.id)
      return found !== undefined && (await project.trace(found.id)).includes('begin') ? found : null
    })
    const canceled = await slipway.api('POST', `/projects/${project.id}/jobs/${job.id}/cancel`)
    expect(canceled.status).toBe(201)
    const pipeline = await project.finished('cancel', 30_000)
    expect(pipeline.status).toBe('canceled')
  })
})
