// What is left of a project that was deleted in the middle of a pipeline: nothing.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDocker } from '../support/docker.ts'
import { createProject, type TestProject } from '../support/project.ts'
import { eventually, type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject

const pipeline = `
image: busybox
stages: [make, stay]
make:
  stage: make
  script: [mkdir out, echo made > out/file]
  artifacts: {paths: [out]}
  cache: {key: kept, paths: [out]}
stay:
  stage: stay
  script: [echo stays, sleep 600]
`

beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/inner/my-project')
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 60_000)

describe('a group that is deleted while a job of its project runs', { timeout: 180_000 }, () => {
  it('leaves no row, no file and no container of it', async () => {
    const image = `127.0.0.1:${slipway.port}/my-group/inner/my-project:v1`
    await pushImage(image)
    await project.write({ '.gitlab-ci.yml': pipeline })
    await project.commitAndPush('master')
    await eventually('the second job', 90_000, async () => {
      const [found] = await project.pipelines('master')
      const stay = found && (await project.jobs(found.id)).find(job => job.name === 'stay')
      return stay?.started_at && (await project.trace(stay.id)).includes('$ echo stays')
    })
    expect(await containersOfRunner()).not.toEqual([])
    const before = await leftovers()
    for (const place of [
      'artifact',
      'cache',
      'job',
      'registry_blob',
      'repositories',
      'traces',
      'artifacts',
      'registry/blobs',
    ])
      expect(before.join('\n')).toContain(place)

    expect((await slipway.api('DELETE', '/groups/my-group')).status).toBe(202)

    expect((await slipway.api('GET', `/projects/${project.id}`)).status).toBe(404)
    await eventually('the end of the job', 60_000, async () => (await containersOfRunner()).length === 0)
    expect((await slipway.api('POST', '/slipway/registry/gc')).status).toBe(200)
    await eventually('the sweep', 30_000, async () => (await leftovers()).length === 0).catch(async () => {
      expect(await leftovers()).toEqual([])
    })
    expect((await slipway.api('GET', '/groups')).body).toEqual([])
  })

  it('lets another project of the same name begin with nothing', async () => {
    expect((await slipway.cli('project', 'create', 'my-group/inner/my-project')).exitCode).toBe(0)
    const path = encodeURIComponent('my-group/inner/my-project')
    expect((await slipway.api('GET', `/projects/${path}/registry/repositories`)).body).toEqual([])
    expect((await slipway.api('GET', `/projects/${path}/pipelines`)).body).toEqual([])
  })
})

async function pushImage(image: string): Promise<void> {
  const host = image.split('/')[0] ?? ''
  await execa('docker', ['login', '-u', 'root', '--password-stdin', host], { input: slipway.rootToken })
  try {
    await execa('docker', ['tag', 'busybox', image])
    await execa('docker', ['push', '-q', image])
  } finally {
    await execa('docker', ['rmi', image], { reject: false })
    await execa('docker', ['logout', host])
  }
}

/** Containers of jobs, not those that are held ready. */
async function containersOfRunner(): Promise<readonly string[]> {
  const runner = (await readFile(join(slipway.folder, 'runner', 'identity'), 'utf8')).trim()
  const filters = JSON.stringify({ label: [`slipway.runner=${runner}`, 'slipway.kind=job'] })
  return (await connectDocker().listContainers({ all: true, filters })).map(({ Id }) => Id)
}

/** Tables with a row of the project, and folders with a file of one. */
async function leftovers(): Promise<readonly string[]> {
  const database = new DatabaseSync(join(slipway.folder, 'slipway.db'), { readOnly: true })
  const tables = database
    .prepare(
      "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'project_id'",
    )
    .all()
    .map(row => [String(row.name), `project_id = ${project.id}`])
  const others = ['job', 'pipeline', 'registry_blob', 'registry_manifest', 'registry_tag'].map(name => [name, 'true'])
  const rows = [...tables, ...others].filter(
    ([name, condition]) => database.prepare(`SELECT 1 FROM ${name} WHERE ${condition} LIMIT 1`).get() !== undefined,
  )
  database.close()
  const folders = ['repositories', 'traces', 'artifacts', 'caches', 'registry/blobs']
  const files = await Promise.all(
    folders.map(async folder => {
      const found = await readdir(join(slipway.folder, folder), { recursive: true, withFileTypes: true }).catch(
        () => [],
      )
      return found.filter(each => each.isFile() && each.name !== 'gitconfig').map(each => `${folder}: ${each.name}`)
    }),
  )
  return [...rows.map(([name]) => `row in ${name}`), ...files.flat()]
}
