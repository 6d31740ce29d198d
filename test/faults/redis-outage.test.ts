// A Redis that is away for long: pushes are taken, what runs goes on to its end with its whole log, nothing restarts, and what
// was pushed meanwhile runs when it is back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { eventually, type Slipway, startSlipway } from '../support/slipway.ts'

const outageSeconds = Number(process.env.SLIPWAY_SOAK_OUTAGE_SECONDS ?? 2)
const lines = 5 * outageSeconds

let redis: RedisServer
let slipway: Slipway
let project: TestProject
beforeAll(async () => {
  redis = await startRedis()
  slipway = await startSlipway({ environment: { SLIPWAY_REDIS: redis.url } })
  project = await createProject(slipway, 'my-group/my-project')
})
afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
  await redis?.stop()
})

test(`Redis is away for more than ${outageSeconds} s`, { timeout: 180_000 + outageSeconds * 3000 }, async () => {
  const count = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i."; sleep 0.2; done`
  await project.write({ '.gitlab-ci.yml': `job:\n  image: busybox\n  script:\n    - ${JSON.stringify(count)}\n` })
  await project.commitAndPush('running')
  const jobId = await eventually('the first lines', 60_000, async () => {
    const [pipeline] = await project.pipelines('running')
    const [job] = pipeline === undefined ? [] : await project.jobs(pipeline.id)
    return job !== undefined && (await project.trace(job.id)).includes('line 3.') ? job.id : null
  })
  await redis.kill()
  const pushed = await project.commitAndPush('meanwhile')
  expect([pushed.exitCode, pushed.output]).toEqual([0, expect.stringMatching(/pipelines\/\d+/)])
  expect((await project.finished('running', 60_000 + outageSeconds * 2000)).status).toBe('success')
  const printed = [...(await project.trace(jobId)).matchAll(/^line (\d+)\./gm)].map(([, number]) => Number(number))
  expect(printed).toEqual(Array.from({ length: lines }, (_, index) => index + 1))
  expect(await project.pipelines('meanwhile')).toMatchObject([{ status: 'pending' }])
  await redis.start()
  expect((await project.finished('meanwhile')).status).toBe('success')
  expect(slipway.output().match(/runner is ready/g)).toHaveLength(1)
})
