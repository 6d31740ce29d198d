// A listening git door over real repositories and accounts, with a real git as its client.

import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { JobTokens } from '../../../src/access/ports.ts'
import type { Push, PushReactions } from '../../../src/git/ports.ts'
import { createRepositories, type Repositories } from '../../../src/git/repositories.ts'
import { createSmartHttp, type SmartHttp } from '../../../src/git/smart-http.ts'
import { createTurns, type Turns } from '../../../src/git/turns.ts'
import { trustNobody } from '../../../src/kit/visitor.ts'
import { createInstallation, type Installation } from '../accounts/installation.ts'
import { createTemporaryFolder } from '../temporary.ts'

export type GitDoor = Installation & {
  readonly url: string
  readonly repositories: Repositories
  readonly reactions: PushReactions
  readonly turns: Turns
  /** For a server that has more doors. */
  readonly raw: SmartHttp
  /** What `beforePush` was told, in order. */
  readonly announced: Push[]
  /** What `onPush` was told, in order. */
  readonly pushes: Push[]
  /** What went wrong without being expected. */
  readonly bugs: unknown[]
  /** What `onPush` answers from now on. */
  reaction: (push: Push) => Promise<readonly string[]>
  /** A URL with credentials in it. */
  readonly remote: (path: string, username?: string, password?: string) => string
  readonly workingCopy: (name: string) => Promise<WorkingCopy>
  readonly folder: string
  /** Running jobs, by the hash of their token. */
  readonly jobs: Map<string, NonNullable<Awaited<ReturnType<JobTokens['find']>>>>
}

export type GitResult = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

export type WorkingCopy = {
  readonly folder: string
  readonly git: (...words: string[]) => Promise<GitResult>
  /** Writes the files and commits them; answers the commit. */
  readonly commit: (message: string, files: Readonly<Record<string, string | Buffer>>) => Promise<string>
}

export async function openGitDoor(options: { readonly mostPackBytes?: number } = {}): Promise<GitDoor> {
  const temporary = await createTemporaryFolder()
  const searchPath = process.env.PATH ?? ''
  const repositories = await createRepositories({ root: join(temporary.path, 'repositories'), searchPath })
  const announced: Push[] = []
  const pushes: Push[] = []
  const bugs: unknown[] = []
  const installation = await createInstallation({
    jobTokens: { find: async hash => door.jobs.get(hash) ?? null },
    projectHooks: {
      onCreated: async project => {
        await repositories.ensure(project.id)
        await repositories.setDefaultBranch(project.id, project.defaultBranch)
      },
      onDeleting: async () => {},
      onDeleted: repositories.remove,
    },
  })
  const turns = createTurns()
  const reactions: PushReactions = {
    beforePush: async push => void announced.push(push),
    onPush: async push => {
      pushes.push(push)
      return door.reaction(push)
    },
    onFirstBranch: installation.accounts.projects.adoptDefaultBranch,
  }
  const smartHttp = createSmartHttp({
    turns,
    access: installation.accounts.access,
    repositories,
    reactions,
    onBug: error => bugs.push(error),
    mostPackBytes: options.mostPackBytes ?? 1024 * 1024 * 1024,
    mostFetches: 4,
    trustProxy: trustNobody,
  })
  const server = createServer((request, response) => {
    if (smartHttp.matches(request.url ?? '')) void smartHttp.handle(request, response)
    else response.writeHead(404).end('not git')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const door = {
    ...installation,
    url,
    repositories,
    reactions,
    turns,
    raw: smartHttp,
    announced,
    pushes,
    bugs,
    folder: temporary.path,
    jobs: new Map<string, { jobId: number; projectId: number; userId: number; running: boolean }>(),
    reaction: async (_push: Push): Promise<readonly string[]> => [],
    remote: (path: string, username?: string, password?: string) => {
      const remote = new URL(`${url}/${path}.git`)
      if (username !== undefined) remote.username = username
      if (password !== undefined) remote.password = password
      return remote.href
    },
    workingCopy: async (name: string) => {
      const copy = createWorkingCopy(join(temporary.path, name))
      await mkdir(copy.folder, { recursive: true })
      await copy.git('init', '-q', '-b', 'main')
      return copy
    },
    close: async () => {
      await turns.idle()
      await new Promise(resolve => server.close(resolve).closeAllConnections())
      await repositories.close()
      await installation.close()
      await temporary.remove()
    },
  }
  return door
}

/** git as a person runs it, without this machine's settings and never asking anything. */
export function createWorkingCopy(folder: string): WorkingCopy {
  const env = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Tester',
    GIT_AUTHOR_EMAIL: 'tester@example.com',
    GIT_COMMITTER_NAME: 'Tester',
    GIT_COMMITTER_EMAIL: 'tester@example.com',
  }
  const git = async (...words: string[]): Promise<GitResult> => {
    const { exitCode, stdout, stderr } = await execa('git', words, {
      cwd: folder,
      env,
      reject: false,
      stdin: 'ignore',
      timeout: 60_000,
    })
    return { exitCode: exitCode ?? -1, stdout, stderr }
  }
  return {
    folder,
    git,
    commit: async (message, files) => {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), content)
      }
      await git('add', '-A')
      await git('commit', '-q', '--allow-empty', '-m', message)
      return (await git('rev-parse', 'HEAD')).stdout
    },
  }
}
