// Artifacts from other pipelines: only within the family of a parent and its children.
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RunnerRecord } from '../../../src/run/records.ts'
import { openRunWorld, type RunWorld } from '../../support/run/run-world.ts'

let world: RunWorld
let runner: RunnerRecord

beforeEach(async () => {
  world = await openRunWorld()
  runner = await world.runner()
})
afterEach(() => world.close())

const parent = [
  'build: { script: [make], stage: build, artifacts: { paths: [out] } }',
  'child:',
  '  stage: test',
  '  variables: { PARENT_PIPELINE_ID: $CI_PIPELINE_ID }',
  '  trigger: { include: child.yml, strategy: depend }',
].join('\n')
const child = 'use:\n  script: [cat out]\n  needs: [{ pipeline: $PARENT_PIPELINE_ID, job: build }]\n'

async function runTo(name: string) {
  for (let job = await world.claim(runner); job !== null; job = await world.claim(runner)) {
    if (job.job_info.name === name) return job
    world.archives.set(job.id, { kind: 'kept', filename: `${job.job_info.name}.zip`, sizeBytes: 5 })
    await world.coordinator.finish(
      { jobId: job.id, lease: job.slipway.lease },
      { status: 'success' },
      { coverage: null },
    )
    await world.coordinator.close()
  }
  throw new Error(`nothing asked for ${name}`)
}

it('a child gets the artifacts of the job of its parent that it names', async () => {
  world.repository.files.set('1 child.yml', child)
  await world.push(parent)
  const job = await runTo('use')
  expect(job.dependencies).toMatchObject([{ name: 'build', artifacts_file: { filename: 'build.zip', size: 5 } }])
})

it('another pipeline of the same project is no family: its artifacts are not handed out, and the job says so', async () => {
  await world.push('build: { script: [make], artifacts: { paths: [out] } }')
  const { id } = await world.latest()
  await world.runAll(runner)
  await world.push(`use:\n  script: [cat out]\n  needs: [{ pipeline: "${id}", job: build }]\n`)
  expect(await world.claim(runner)).toBeNull()
  expect(await world.job('use')).toMatchObject({
    status: 'failed',
    failureReason: 'missing_dependency_failure',
    message: expect.stringContaining(`the pipeline '${id}' is no parent`),
  })
})

it('a job of the parent that left nothing fails the one that needs it', async () => {
  world.repository.files.set('1 child.yml', child)
  await world.push(parent.replace('build: {', 'builds: {'))
  const id = (await world.latest()).id
  await world.runAll(runner)
  const [use] = await world.reader.jobsOfPipeline(id + 1, false)
  expect(use).toMatchObject({ status: 'failed', failureReason: 'missing_dependency_failure' })
})

const follow = 'follow: { script: [a], needs: { pipeline: group/project-2 } }'

it('a job that follows another project waits for its newest pipeline, and runs when that has passed', async () => {
  await world.push('other: { script: [a] }', { projectId: 2 })
  await world.push(follow)
  expect((await world.claim(runner))?.job_info.name).toBe('other')
  expect(await world.claim(runner)).toBeNull()
  const [other] = await world.reader.jobsOfPipeline(1, false)
  const lease = { jobId: other?.id ?? 0, lease: 1 }
  await world.coordinator.finish(lease, { status: 'success' }, { coverage: null })
  expect(await world.claim(runner)).toBeNull()
  world.clock.pass(6)
  expect((await world.claim(runner))?.job_info.name).toBe('follow')
})

it('a job that follows a pipeline which failed, or that is not there, fails and says so', async () => {
  await world.push('other: { script: [a] }', { projectId: 2 })
  await world.runAll(runner, { other: 'failed' })
  await world.push(`${follow}\nlost: { script: [a], needs: { pipeline: no/project } }`)
  expect(await world.claim(runner)).toBeNull()
  expect(await world.job('follow')).toMatchObject({
    status: 'failed',
    failureReason: 'unmet_prerequisites',
    message: "the pipeline 1 of 'group/project-2', which this job follows, is failed",
  })
  expect((await world.job('lost')).message).toContain("there is no pipeline of 'no/project'")
})
