// The one-job pipeline of pipelines/build-image, the images it makes as job images, and pushes at the same time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject

beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/my-project')
  await project.useCase('build-image')
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 60_000)

describe('the build-image pipeline', { timeout: 300_000 }, () => {
  it('passes on master', async () => {
    await project.commitAndPush('master')
    const pipeline = await project.finished('master')
    const [job] = await project.jobs(pipeline.id)
    expect(pipeline.status, await project.trace(job?.id ?? 0)).toBe('success')
    expect(Object.keys(await project.tags())).toEqual(['latest'])
  })

  it('makes no pipeline on a branch that no job is for', async () => {
    const pushed = await project.commitAndPush('topic')
    expect(pushed.exitCode).toBe(0)
    expect(await project.pipelines('topic')).toEqual([])
  })

  it('has pushed an image that a job can run in, with no login line', async () => {
    await project.write({
      '.gitlab-ci.yml':
        'inside:\n  image: registry.example.com/my-group/my-project\n  script:\n    - cat /script/version\n',
    })
    await project.commitAndPush('inside')
    const pipeline = await project.finished('inside')
    const [job] = await project.jobs(pipeline.id)
    const trace = await project.trace(job?.id ?? 0)
    expect(pipeline.status, trace).toBe('success')
    expect(trace).toContain('version 1')
  })

  it('is not to be pulled by the jobs of a project that may not', async () => {
    const stranger = await createProject(slipway, 'other-group/other-project')
    try {
      await stranger.write({
        '.gitlab-ci.yml':
          'inside:\n  image: registry.example.com/my-group/my-project\n  script:\n    - cat /script/version\n',
      })
      await stranger.commitAndPush('master')
      const pipeline = await stranger.finished('master')
      const [job] = await stranger.jobs(pipeline.id)
      const trace = await stranger.trace(job?.id ?? 0)
      expect(pipeline.status).toBe('failed')
      expect(trace).toMatch(/registry\.example\.com\/my-group\/my-project.*(denied|not found|unauthorized|may not)/is)
    } finally {
      await stranger.remove()
    }
  })

  it('runs pushes to two branches within a second side by side, each job with a docker of its own', async () => {
    const script = (name: string): string =>
      `job:\n  image: docker:git\n  services: [docker:dind]\n  script:\n    - test -z "$(docker ps -aq)"\n    - docker import rootfs.tar ${name}\n    - docker run --name ${name} ${name} true\n    - docker ps -a --format '{{.Names}}'\n    - test "$(docker ps -aq | wc -l)" = 1\n`
    await project.write({ '.gitlab-ci.yml': script('left') })
    await project.commit('left')
    await project.git('branch', '-f', 'left')
    await project.write({ '.gitlab-ci.yml': script('right') })
    await project.commit('right')
    await project.git('branch', '-f', 'right')
    await Promise.all([project.push('origin', 'left'), project.push('origin', 'right')])
    for (const ref of ['left', 'right']) {
      const pipeline = await project.finished(ref)
      const [job] = await project.jobs(pipeline.id)
      const trace = await project.trace(job?.id ?? 0)
      expect(pipeline.status, trace).toBe('success')
      expect(trace).toContain(ref)
    }
  })
})
