// A `release:` job in a real runner: when its script has succeeded, the tag and the release are there.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject

beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/released')
})
afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
})

it('a job with release: makes its tag and its release', async () => {
  await project.write({
    '.gitlab-ci.yml': `publish:
  image: busybox
  script: echo built
  release:
    tag_name: v$CI_PIPELINE_IID.0
    name: The first
    description: What is new
  rules:
    - if: $CI_COMMIT_BRANCH
`,
  })
  await project.commitAndPush('master')
  expect((await project.finished('master')).status).toBe('success')
  const { body } = await slipway.api<object>('GET', `/projects/${project.id}/releases/v1.0`)
  expect(body).toMatchObject({ tag_name: 'v1.0', name: 'The first', description: 'What is new' })
  const tag = await slipway.api<object>('GET', `/projects/${project.id}/repository/tags/v1.0`)
  expect(tag.body).toMatchObject({ name: 'v1.0' })
})
