// `slipway up` as it starts with no option: the server's only name is an address of this host's loopback, and yet jobs and
// their Docker reach it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject

const pipeline = `
stages: [build, test]
sources:
  stage: build
  image: docker:git
  script:
    - git clone -q "$CI_REPOSITORY_URL" copy
    - git fetch -q origin
api:
  stage: build
  image: busybox
  script:
    - wget -qO- --header "JOB-TOKEN:$CI_JOB_TOKEN" "$CI_API_V4_URL/job" | grep -q '"name":"api"'
  after_script:
    - wget -qO- "$CI_SERVER_URL/-/live" && echo after too
registry:
  stage: build
  image: docker:git
  services: [docker:dind]
  script:
    - docker login -u gitlab-ci-token -p "$CI_BUILD_TOKEN" "$CI_REGISTRY"
    - docker build -q -t "$CI_REGISTRY_IMAGE:one" .
    - docker push -q "$CI_REGISTRY_IMAGE:one"
    - docker run --rm --network host "$CI_REGISTRY_IMAGE:one" wget -qO- "$CI_SERVER_URL/-/live"
again:
  stage: test
  image: $CI_REGISTRY_IMAGE:one
  script:
    - test -x /script/to/run/tests
`

beforeAll(async () => {
  slipway = await startSlipway({ environment: { SLIPWAY_REGISTRY_URL: '' } })
  project = await createProject(slipway, 'my-group/my-project')
  await project.useCase('four-stages')
  await project.write({ '.gitlab-ci.yml': pipeline })
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 60_000)

it('jobs reach it by git, API and registry', { timeout: 180_000 }, async () => {
  await project.commitAndPush('master')
  const { id } = await project.finished('master')
  const jobs = await project.jobs(id)
  const told = (await Promise.all(jobs.map(job => project.trace(job.id)))).join('\n')
  expect(
    jobs.map(job => [job.name, job.status]),
    told,
  ).toEqual([
    ['sources', 'success'],
    ['api', 'success'],
    ['registry', 'success'],
    ['again', 'success'],
  ])
  expect(told).toContain('after too\n')
})
