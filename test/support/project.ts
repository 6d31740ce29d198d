// A project on a Slipway under test: made, pushed to, and looked at through its public doors.
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { eventually, type Slipway } from './slipway.ts'
import { createTemporaryFolder } from './temporary.ts'

const pipelinesFolder = join(import.meta.dirname, '../../pipelines')
const finalStatuses = ['success', 'failed', 'canceled', 'skipped', 'manual']

export type PipelineView = { readonly id: number; readonly status: string; readonly ref: string; readonly sha: string }
export type JobView = {
  readonly id: number
  readonly name: string
  readonly stage: string
  readonly status: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly failure_reason?: string
}
export type Pushed = { readonly exitCode: number; readonly output: string }

export type TestProject = {
  readonly id: number
  readonly path: string
  readonly folder: string
  readonly git: (...words: string[]) => Promise<string>
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>
  /** Copies `pipelines/<name>` with a small root file system for its Dockerfile. */
  readonly useCase: (name: string) => Promise<void>
  readonly commit: (message: string) => Promise<string>
  readonly push: (...words: string[]) => Promise<Pushed>
  /** Commits all and pushes it to `ref`. */
  readonly commitAndPush: (ref: string, message?: string) => Promise<Pushed>
  readonly pipelines: (ref?: string) => Promise<readonly PipelineView[]>
  /** The newest pipeline of the ref (or of the commit), when it has ended. */
  readonly finished: (ref: string, limitMs?: number) => Promise<PipelineView>
  readonly jobs: (pipelineId: number) => Promise<readonly JobView[]>
  readonly trace: (jobId: number) => Promise<string>
  readonly tags: () => Promise<Readonly<Record<string, string>>>
  readonly remove: () => Promise<void>
}

export async function createProject(slipway: Slipway, path: string): Promise<TestProject> {
  const temporary = await createTemporaryFolder('slipway-e2e')
  const folder = join(temporary.path, 'work')
  const created = await slipway.cli('project', 'create', path, '--json')
  if (created.exitCode !== 0) throw new Error(`project create ${path}: ${created.stderr}`)
  const { id } = JSON.parse(created.stdout) as { id: number }
  const remote = new URL(`${slipway.url}/${path}.git`)
  remote.username = 'root'
  remote.password = slipway.rootToken
  const environment = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...(slipway.environment.GIT_SSL_CAINFO ? { GIT_SSL_CAINFO: slipway.environment.GIT_SSL_CAINFO } : {}),
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap(who => [
        [`GIT_${who}_NAME`, 'Tester'],
        [`GIT_${who}_EMAIL`, 'tester@example.com'],
      ]),
    ),
  }
  await mkdir(folder, { recursive: true })
  const git = async (...words: string[]): Promise<string> =>
    (await execa('git', words, { cwd: folder, env: environment, timeout: 120_000 })).stdout
  await git('init', '-q', '-b', 'master')
  await git('remote', 'add', 'origin', remote.href)

  async function get<T>(way: string): Promise<T> {
    const answer = await slipway.api<T>('GET', `/projects/${id}${way}`)
    if (answer.status !== 200) throw new Error(`GET ${way}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async function commit(message: string): Promise<string> {
    await git('add', '-A')
    await git('commit', '-q', '--allow-empty', '-m', message)
    return await git('rev-parse', 'HEAD')
  }

  async function push(...words: string[]): Promise<Pushed> {
    const result = await execa('git', ['push', ...words], {
      cwd: folder,
      env: environment,
      reject: false,
      all: true,
      timeout: 120_000,
    })
    return { exitCode: result.exitCode ?? -1, output: result.all }
  }

  const pipelines = (ref?: string): Promise<readonly PipelineView[]> =>
    get(`/pipelines${ref === undefined ? '' : `?ref=${encodeURIComponent(ref)}`}`)

  return {
    id,
    path,
    folder,
    git,
    commit,
    push,
    pipelines,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
    },
    async useCase(name) {
      await cp(join(pipelinesFolder, name), folder, { recursive: true })
      await writeRootFileSystem(join(folder, 'rootfs.tar'))
    },
    async commitAndPush(ref, message = 'Change something') {
      await commit(message)
      return await push('origin', `HEAD:${ref}`)
    },
    finished: (ref, limitMs = 180_000) =>
      eventually(`the end of the pipeline on ${ref}`, limitMs, async () => {
        const newest = (await pipelines(ref))[0]
        return newest !== undefined && finalStatuses.includes(newest.status) ? newest : null
      }),
    jobs: async pipelineId =>
      (await get<JobView[]>(`/pipelines/${pipelineId}/jobs?per_page=100`)).toSorted((a, b) => a.id - b.id),
    trace: jobId => get<string>(`/jobs/${jobId}/trace`),
    async tags() {
      const repositories = await get<{ id: number }[]>('/registry/repositories')
      const found: Record<string, string> = {}
      for (const repository of repositories)
        for (const tag of await get<{ name: string }[]>(`/registry/repositories/${repository.id}/tags`))
          found[tag.name] = (
            await get<{ digest: string }>(`/registry/repositories/${repository.id}/tags/${tag.name}`)
          ).digest
      return found
    },
    remove: temporary.remove,
  }
}

/** The engine's `busybox` image as a tar: what the cases' Dockerfiles lay on `scratch`. */
export async function writeRootFileSystem(file: string): Promise<void> {
  const { stdout: container } = await execa('docker', ['create', '--label', 'slipway.test', 'busybox', 'true'])
  try {
    await execa('docker', ['export', '-o', file, container])
  } finally {
    await execa('docker', ['rm', '-f', container])
  }
}
