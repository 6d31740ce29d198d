// Jobs in a row whose very first line needs their Docker, while each Docker is slow: none may be too early.
// `npm run soak` asks for two hundred.
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import { expect, onTestFinished, test } from 'vitest'
import { createProject } from '../support/project.ts'
import { startSlipway } from '../support/slipway.ts'

const count = Number(process.env.SLIPWAY_SOAK_DIND_JOBS ?? 3)

test(`${count} jobs whose first line is docker info, with a throttled dind: none fails`, {
  timeout: 180_000 + count * 30_000,
}, async () => {
  const slipway = await startSlipway()
  onTestFinished(slipway.stop)
  const project = await createProject(slipway, 'my-group/my-project')
  onTestFinished(project.remove)
  const throttle = await throttleServices()
  onTestFinished(throttle.stop)
  const job = { parallel: count, script: ['docker info --format "id {{.ID}}"'] }
  await project.write({
    '.gitlab-ci.yml': JSON.stringify({
      image: 'docker:git',
      services: ['docker:dind'],
      job: count > 1 ? job : { ...job },
    }),
  })
  const startedMs = performance.now()
  await project.commitAndPush('master')
  const { id, status } = await project.finished('master', 120_000 + count * 30_000)
  const seconds = (performance.now() - startedMs) / 1000
  process.stdout.write(`${count} jobs in ${Math.round(seconds)} s; ${throttle.count()} services were throttled\n`)
  expect(status).toBe('success')
  expect(throttle.count()).toBeGreaterThanOrEqual(count)
  const { body } = await slipway.api<{ status: string }[]>(
    'GET',
    `/projects/${project.id}/pipelines/${id}/jobs?per_page=100`,
  )
  expect(body.map(each => each.status)).toEqual(Array.from({ length: Math.min(100, count) }, () => 'success'))
})

/** A quarter of a processor for every service, from its start. */
async function throttleServices(): Promise<{ readonly count: () => number; readonly stop: () => Promise<void> }> {
  const docker = new Docker()
  const throttled = new Set<string>()
  const filters = { type: ['container' as const], event: ['start'], label: ['slipway.kind=service'] }
  const events = (await docker.getEvents({ filters })) as unknown as Readable
  const lines = createInterface({ input: events })
  const slowDown = async (id: string) => {
    await docker.getContainer(id).update({ CpuPeriod: 100_000, CpuQuota: 25_000 } as object)
    throttled.add(id)
  }
  const following = (async () => {
    for await (const line of lines) {
      const { id } = JSON.parse(line) as { id: string }
      await slowDown(id).catch(() => {}) // gone already
    }
  })().catch(() => {}) // stopped
  return {
    count: () => throttled.size,
    stop: async () => {
      lines.close()
      events.destroy()
      await following
    },
  }
}
