// Images of another registry in a job's own Docker: they come through this server, once, and stay when the other is away.
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { type ControlRegistry, startControlRegistry } from '../support/registry/control-registry.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'
import { createTemporaryFolder } from '../support/temporary.ts'

let hub: ControlRegistry
let slipway: Slipway
let project: TestProject
let folder: Awaited<ReturnType<typeof createTemporaryFolder>>

beforeAll(async () => {
  hub = await startControlRegistry()
  folder = await createTemporaryFolder('slipway-e2e')
  const archive = join(folder.path, 'busybox.tar')
  await execa('docker', ['save', '--output', archive, 'busybox'])
  const there = `docker://${new URL(hub.url).host}/library/only-there:1`
  await execa('skopeo', ['copy', '--dest-tls-verify=false', `docker-archive:${archive}`, there])
  await rm(archive)
  const upstreams = join(folder.path, 'upstreams.json')
  await writeFile(upstreams, JSON.stringify({ hub: { url: hub.url } }))
  slipway = await startSlipway({ environment: { SLIPWAY_UPSTREAMS: upstreams } })
  project = await createProject(slipway, 'my-group/my-project')
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
  await hub?.stop()
  await folder?.remove()
}, 60_000)

const job = `
pull:
  image: docker:git
  services: [docker:dind]
  script:
    - docker pull only-there:1
    - printf 'FROM only-there:1\\nRUN echo built\\n' > Dockerfile
    - docker build --no-cache .
`

async function passes(ref: string): Promise<void> {
  await project.write({ '.gitlab-ci.yml': `${job}    - echo ${ref}\n` })
  await project.commitAndPush(ref)
  const pipeline = await project.finished(ref)
  const [made] = await project.jobs(pipeline.id)
  expect(pipeline.status, await project.trace(made?.id ?? 0)).toBe('success')
}

it('a job pulls and builds through the mirror, also when the other registry is away', async () => {
  await passes('first')
  await hub.stop()
  await passes('second')
})

it('who has an account pulls by the path of the upstream, a stranger does not', async () => {
  const { port, rootPassword } = slipway
  const image = `docker://127.0.0.1:${port}/dependency_proxy/hub/library/only-there:1`
  const inspect = (...words: string[]) =>
    execa('skopeo', ['inspect', '--no-tags', '--tls-verify=false', ...words, image], { reject: false, all: true })
  expect(await inspect('--creds', `root:${rootPassword}`)).toMatchObject({ exitCode: 0 })
  expect((await inspect('--no-creds')).all).toMatch(/unauthorized|denied/)
})
