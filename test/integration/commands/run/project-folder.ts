// A working copy in a temporary folder, and `slipway run` in it as a user calls it.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { RunSummary } from '../../../../src/commands/run/summary.ts'
import { createTemporaryFolder } from '../../../support/temporary.ts'

const launcher = join(import.meta.dirname, '../../../../bin/slipway')

export type RunningCommand = ReturnType<typeof callRun>

export type ProjectFolder = {
  readonly path: string
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>
  readonly read: (path: string) => Promise<string>
  readonly git: (...words: string[]) => Promise<string>
  /** What runs keep between them. */
  readonly cachePath: string
  readonly run: (...words: string[]) => RunningCommand
  readonly runWith: (environment: Readonly<Record<string, string>>, ...words: string[]) => RunningCommand
  /** The JSON of the summary. */
  readonly summary: (...words: string[]) => Promise<RunSummary & { readonly exitCode: number; readonly log: string }>
  /** What is in the folder where runs keep their temporary files. */
  readonly temporaryFiles: () => Promise<readonly string[]>
  readonly remove: () => Promise<void>
}

export async function createProjectFolder(files: Readonly<Record<string, string>>): Promise<ProjectFolder> {
  const temporary = await createTemporaryFolder('slipway-local-run')
  const path = join(temporary.path, 'project')
  const cachePath = join(temporary.path, 'cache')
  const temporaryPath = join(temporary.path, 'tmp')
  await mkdir(path)
  await mkdir(temporaryPath)

  async function write(changes: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(changes)) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    }
  }

  async function git(...words: string[]): Promise<string> {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
    return (await execa('git', [...identity, ...words], { cwd: path })).stdout
  }

  const environment = { XDG_CACHE_HOME: cachePath, TMPDIR: temporaryPath, NO_COLOR: '1' }
  const runWith = (changes: Readonly<Record<string, string>>, ...words: string[]) =>
    callRun(path, { ...environment, ...changes }, words)
  const run = (...words: string[]) => runWith({}, ...words)

  await git('init', '--quiet', '--initial-branch', 'main')
  await write(files)
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'First steps')
  return {
    path,
    cachePath,
    write,
    git,
    run,
    runWith,
    read: name => readFile(join(path, name), 'utf8'),
    async summary(...words) {
      const { stdout, stderr, exitCode = -1 } = await run('--json', ...words)
      return { ...(JSON.parse(stdout) as RunSummary), exitCode, log: stderr }
    },
    temporaryFiles: () => readdir(temporaryPath),
    remove: temporary.remove,
  }
}

/** `{ job: status }` */
export function statuses({ jobs }: RunSummary): Readonly<Record<string, string>> {
  return Object.fromEntries(jobs.map(job => [job.name, job.status]))
}

function callRun(folder: string, environment: Readonly<Record<string, string>>, words: readonly string[]) {
  return execa(launcher, ['run', ...words], { cwd: folder, env: environment, reject: false, timeout: 110_000 })
}
