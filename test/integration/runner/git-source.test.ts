// Sources without a container: a server that speaks git over HTTP, the runner's mirror, and a folder in place of the volume.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeyedLock } from '../../../src/kit/keyed-lock.ts'
import { createRunnerGit, type RunnerGit } from '../../../src/runner/git-command.ts'
import { createGitCopies, type KeptCopies } from '../../../src/runner/git-copies.ts'
import { createGitMirrors } from '../../../src/runner/git-mirror.ts'
import { fetchAhead, mirrorOrder, writeSources } from '../../../src/runner/git-source.ts'
import { jobPayload } from '../../support/job-payload.ts'
import { type RunnerProtocolServer, startRunnerProtocolServer } from '../../support/runner-protocol-server.ts'

let root: string
let repository: string
let server: RunnerProtocolServer
let ids = 900
let copies: KeptCopies
let runnerGit: RunnerGit
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-sources-'))
  repository = join(root, 'repository')
  await mkdir(repository)
  copies = createGitCopies({ root: join(root, 'fetched'), lock: createKeyedLock() })
  runnerGit = createRunnerGit()
  git('init', '-q', '-b', 'master')
  await commit({ f: 'one\n' })
  server = await startRunnerProtocolServer()
})
afterEach(async () => {
  await runnerGit.close()
  await server.close()
  await rm(root, { recursive: true, force: true })
})

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'protocol.file.allow=always']
  return execFileSync('git', [...identity, ...args], { cwd: repository, stdio: 'pipe' })
    .toString()
    .trim()
}

async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(repository, name), content)
  git('add', '.')
  git('commit', '-qm', 'more')
}

async function sources(variables: Readonly<Record<string, string>>): Promise<{ folder: string; said: string[] }> {
  ids += 1
  return sourcesOf(ids, variables)
}

let folders = 0
async function sourcesOf(
  pipelineId: number,
  variables: Readonly<Record<string, string>>,
): Promise<{ folder: string; said: string[] }> {
  folders += 1
  const sha = git('rev-parse', 'HEAD')
  const payload = jobPayload({ id: pipelineId, sha, variables })
  git('update-ref', `refs/pipelines/${pipelineId}`, sha)
  server.git = { repository, password: payload.token }
  const workspaceDirectory = join(root, `builds-${folders}`)
  await mkdir(workspaceDirectory)
  const said: string[] = []
  await writeSources(
    {
      payload,
      variables: payload.variables,
      workspaceDirectory,
      projectPath: 'g/p',
      serverUrl: server.url,
      caFile: null,
    },
    {
      mirrors: createGitMirrors({ root: join(root, 'mirrors'), lock: createKeyedLock(), git: runnerGit.run }),
      git: runnerGit.run,
      copies,
      say: line => said.push(line),
      signal: new AbortController().signal,
    },
  )
  return { folder: join(workspaceDirectory, 'g/p'), said }
}

const historyOf = (folder: string) =>
  execFileSync('git', ['-c', 'safe.directory=*', 'log', '--format=%h'], { cwd: folder }).toString().trim().split('\n')

describe('sources', () => {
  test('have as much history as was asked for', async () => {
    await commit({ f: 'two\n' })
    expect(historyOf((await sources({ GIT_DEPTH: '1' })).folder)).toHaveLength(1)
    expect(historyOf((await sources({ GIT_DEPTH: '0', GIT_STRATEGY: 'fetch' })).folder)).toHaveLength(2)
  })

  test('are the same for all jobs of a pipeline, also for those that get a copy', async () => {
    await commit({ f: 'two\n' })
    const jobs: string[] = []
    for (let turn = 0; turn < 3; turn += 1) jobs.push((await sourcesOf(950, { GIT_DEPTH: '1' })).folder)
    const listings = jobs.map(folder => {
      const run = (...words: string[]) =>
        execFileSync('git', ['-c', 'safe.directory=*', ...words], { cwd: folder }).toString()
      run('fsck', '--strict')
      return [run('status', '--porcelain'), run('show-ref'), run('config', '--list', '--local'), run('ls-files', '-s')]
    })
    expect(listings[2]).toEqual(listings[0])
    expect(await copies.unused()).toHaveLength(1)
  })

  test('are asked of the server once a pipeline', async () => {
    const mirrors = createGitMirrors({ root: join(root, 'mirrors'), lock: createKeyedLock(), git: runnerGit.run })
    const sha = git('rev-parse', 'HEAD')
    server.git = { repository, password: 'right' }
    const access = { origin: server.url, username: 'gitlab-ci-token', password: 'right', caFile: null }
    const order = { projectId: 1, url: `${server.url}/my-group/my-project.git`, sha, pipelineId: 7, access }
    const { signal } = new AbortController()
    await mirrors.withCommit(order, signal)
    server.git = { repository, password: 'another' }
    await mirrors.withCommit(order, signal)
    await expect(mirrors.withCommit({ ...order, pipelineId: 8 }, signal)).rejects.toThrow('git fetch failed')
  })

  test('may be fetched before there is a folder for them; a failure is met when they are written', async () => {
    const payload = jobPayload({ id: 980, sha: git('rev-parse', 'HEAD'), variables: {} })
    const commit = { payload, variables: payload.variables, serverUrl: server.url, caFile: null }
    const mirrors = createGitMirrors({ root: join(root, 'mirrors'), lock: createKeyedLock(), git: runnerGit.run })
    const { signal } = new AbortController()
    server.git = { repository, password: 'another' }
    await fetchAhead(commit, { mirrors, signal })
    await expect(mirrors.withCommit(mirrorOrder(commit), signal)).rejects.toThrow('git fetch failed')
    server.git = { repository, password: payload.token }
    await fetchAhead(commit, { mirrors, signal })
    server.git = { repository, password: 'another' }
    await mirrors.withCommit(mirrorOrder(commit), signal)
  })

  test('have what scripts expect of a repository', async () => {
    const { folder } = await sources({})
    const read = (...args: string[]) =>
      execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd: folder })
        .toString()
        .trim()
    expect(read('status', '--short')).toBe('')
    expect(read('remote', 'get-url', 'origin')).toContain('my-group/my-project.git')
    await writeFile(join(folder, '.git/info/exclude'), 'left-out\n')
    await writeFile(join(folder, 'left-out'), '')
    expect(read('status', '--short')).toBe('')
    expect(((await stat(join(folder, '.git/config'))).mode & 0o777).toString(8)).toBe('666')
  })

  test('a strategy that is none is refused', async () => {
    await expect(sources({ GIT_STRATEGY: 'cloen' })).rejects.toThrow(
      "GIT_STRATEGY: expected one of clone, fetch, none, empty, found 'cloen'",
    )
    await expect(sources({ GIT_DEPTH: 'all' })).rejects.toThrow("GIT_DEPTH: expected a whole number, found 'all'")
  })

  test('flags that could name a program of this host are not taken', async () => {
    const mark = join(root, 'touched')
    const { said } = await sources({ GIT_FETCH_EXTRA_FLAGS: `--prune --upload-pack=touch${'$IFS'}${mark}` })
    expect(said.join('\n')).toContain('not taken by this runner')
    await expect(readFile(mark)).rejects.toThrow('ENOENT')
  })

  test('a repository with Git LFS is refused, unless its pointers are what is wanted', async () => {
    await commit({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' })
    await expect(sources({})).rejects.toThrow('Git LFS')
    expect((await sources({ GIT_LFS_SKIP_SMUDGE: '1' })).said.join('\n')).toContain('Checking out')
  })

  test('a submodule cannot bring a repository of this host', async () => {
    const elsewhere = join(root, 'elsewhere')
    execFileSync('git', ['clone', '-q', '--bare', repository, elsewhere], { stdio: 'pipe' })
    git('submodule', '--quiet', 'add', elsewhere, 'stolen')
    await commit({ f: 'three\n' })
    await expect(sources({ GIT_SUBMODULE_STRATEGY: 'normal' })).rejects.toThrow("transport 'file' not allowed")
  })

  test('a submodule of the same server is brought with the job’s token, by the address that this host has', async () => {
    const inner = git('rev-parse', 'HEAD')
    // `../sub.git` is http://ci.example.com/my-group/sub.git, which no test could reach.
    await writeFile(join(repository, '.gitmodules'), '[submodule "sub"]\n\tpath = sub\n\turl = ../sub.git\n')
    git('update-index', '--add', '--cacheinfo', `160000,${inner},sub`)
    git('add', '.gitmodules')
    git('commit', '-qm', 'with a submodule')
    const { folder } = await sources({ GIT_SUBMODULE_STRATEGY: 'recursive', GIT_SUBMODULE_PATHS: 'sub' })
    expect(await readFile(join(folder, 'sub/f'), 'utf8')).toBe('one\n')
    expect(await readFile(join(folder, '.git/modules/sub/config'), 'utf8')).not.toContain('127.0.0.1')
  })
})
