// Real things to look at: people, projects, pipelines that passed, failed, wait and run, images, environments. Everything
// is pushed and run; nothing is written past the server.
import { createProject, type TestProject } from '../project.ts'
import { eventually, type Slipway } from '../slipway.ts'
import { demand } from './demand.ts'
import { backendFiles, brokenFile, failingTest, longJob } from './demo-files.ts'
import { connectOthers, makeRelease, openMergeRequest, scheduleScan, settle } from './demo-settings.ts'
import { attachStatements } from './demo-statements.ts'

export type DemoWorld = {
  readonly backend: TestProject
  readonly passedPipeline: number
  readonly failedPipeline: number
  readonly failedJob: number
  /** Of the failed job. */
  readonly firstAttempt: number
  readonly unitJob: number
  readonly invalidPipeline: number
  readonly runningPipeline: number
  readonly runningJob: number
  readonly remove: () => Promise<void>
}

const veraPassword = 'a password of vera'

export async function buildDemoWorld(slipway: Slipway): Promise<DemoWorld> {
  const vera = await makeVera(slipway)
  const backend = await createProject(slipway, 'shop/backend')
  await settle(slipway, backend.id, vera.id)
  await backend.useCase('four-stages')
  await backend.git('remote', 'add', 'vera', remoteOf(slipway, 'shop/backend', 'vera', vera.token))
  await backend.git('config', 'user.name', 'Backend Developer')
  await backend.write(backendFiles)
  await backend.commit('Bill returns in the currency of the order')
  await pushAs(backend, 'master')
  const passed = await backend.finished('master')
  await scheduleScan(slipway, backend.id)
  await backend.git('tag', '-a', 'v1.0.0', '-m', 'The summer release')
  await pushAs(backend, 'v1.0.0')
  await attachStatements(slipway, 'shop/backend', 'latest')
  await pushBranch(backend, 'feature/returns', 'Round each line, not the sum', failingTest)
  await openMergeRequest(slipway, backend.id)
  await pushBranch(backend, 'feature/broker', 'Try the new broker', brokenFile)
  const others = await otherProjects(slipway)
  await backend.finished('v1.0.0')
  await makeRelease(slipway, backend.id)
  const failed = (await backend.finished('feature/returns')).id
  const firstAttempt = await retryOnce(slipway, backend, failed)
  const invalid = (await backend.finished('feature/broker')).id
  await connectOthers(slipway, backend.id, passed.sha)
  const running = await startLong(backend)
  const jobOf = async (pipeline: number, name: string): Promise<number> =>
    (await backend.jobs(pipeline)).find(each => each.name === name)?.id ?? 0
  return {
    backend,
    passedPipeline: passed.id,
    failedPipeline: failed,
    failedJob: await jobOf(failed, 'e2e'),
    firstAttempt,
    unitJob: await jobOf(passed.id, 'unit'),
    invalidPipeline: invalid,
    runningPipeline: running,
    runningJob: await jobOf(running, 'e2e'),
    remove: async () => {
      await backend.remove()
      for (const each of others) await each.remove()
    },
  }
}

async function makeVera(slipway: Slipway): Promise<{ readonly id: number; readonly token: string }> {
  const user = await demand<{ id: number }>(slipway, 'POST', '/users', {
    username: 'vera',
    name: 'Backend Developer',
    email: 'vera@example.com',
    password: veraPassword,
  })
  const inAYear = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10)
  const { token } = await demand<{ token: string }>(slipway, 'POST', `/users/${user.id}/personal_access_tokens`, {
    name: 'laptop',
    scopes: ['api', 'write_repository', 'write_registry'],
    expires_at: inAYear,
  })
  return { id: user.id, token }
}

/** So that the job has two attempts to compare; answers the first. */
async function retryOnce(slipway: Slipway, project: TestProject, pipeline: number): Promise<number> {
  const job = (await project.jobs(pipeline)).find(each => each.name === 'e2e')
  await demand(slipway, 'POST', `/projects/${project.id}/jobs/${job?.id}/retry`, {})
  await project.finished('feature/returns')
  return job?.id ?? 0
}

async function pushBranch(
  project: TestProject,
  name: string,
  message: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await project.git('checkout', '-q', '-b', name, 'master')
  await project.write(files)
  await project.commit(message)
  await pushAs(project, name)
}

/** A pipeline that goes on for as long as one looks. */
async function startLong(project: TestProject): Promise<number> {
  await pushBranch(project, 'feature/stock', 'Read the stock from the warehouse service', longJob)
  return eventually('the running pipeline', 60_000, async () => {
    const [pipeline] = await project.pipelines('feature/stock')
    return pipeline?.status === 'running' ? pipeline.id : null
  })
}

async function otherProjects(slipway: Slipway): Promise<readonly TestProject[]> {
  const images = await createProject(slipway, 'tools/base-images')
  await images.write({ '.gitlab-ci.yml': 'check:\n  script:\n    - echo "Nothing to build today"\n' })
  await images.commit('Pin the base image by digest')
  await images.push('origin', 'HEAD:master')
  await images.finished('master')
  return [images, await createProject(slipway, 'shop/frontend')]
}

async function pushAs(project: TestProject, ref: string): Promise<void> {
  const pushed = await project.push('vera', ref)
  if (pushed.exitCode !== 0) throw new Error(`push of ${ref}: ${pushed.output}`)
}

function remoteOf(slipway: Slipway, path: string, username: string, token: string): string {
  const remote = new URL(`${slipway.url}/${path}.git`)
  remote.username = username
  remote.password = token
  return remote.href
}
