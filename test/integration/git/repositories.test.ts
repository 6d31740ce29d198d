// Repositories as the rest of the server reads and keeps them, over a real git.
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noCommit } from '../../../src/git/push.ts'
import { createRepositories, type Repositories } from '../../../src/git/repositories.ts'
import { createWorkingCopy, type WorkingCopy } from '../../support/git/door.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const projectId = 1
let temporary: TemporaryFolder
let repositories: Repositories
let copy: WorkingCopy
let folder: string
let first: string
let second: string

beforeAll(async () => {
  temporary = await createTemporaryFolder()
  repositories = await createRepositories({
    root: join(temporary.path, 'repositories'),
    searchPath: process.env.PATH ?? '',
  })
  folder = await repositories.ensure(projectId)
  copy = createWorkingCopy(join(temporary.path, 'copy'))
  await mkdir(copy.folder)
  await copy.git('init', '-q', '-b', 'main')
  first = await copy.commit('first', {
    'a.txt': 'one\n',
    'dir/b c.txt': 'two\n',
    'dir/deep/ü.txt': '',
    'big.txt': 'x'.repeat(100_000),
  })
  await copy.git('tag', '-a', 'v1', '-m', 'the first one')
  second = await copy.commit('second', { 'a.txt': 'changed\n', 'dir/b c.txt': 'two\n' })
  await copy.git('push', '-q', folder, 'main', 'v1')
})
afterAll(async () => {
  await repositories.close()
  await temporary.remove()
})

describe('reading', () => {
  it('gives files by commit and path, and null for what is not there or no path', async () => {
    const text = async (path: string) => {
      const file = await repositories.readFile(projectId, first, path)
      return file === null || file === 'too_large' ? file : file.content.toString()
    }
    expect(await text('a.txt')).toBe('one\n')
    expect(await text('dir/b c.txt')).toBe('two\n')
    expect(await text('dir/deep/ü.txt')).toBe('')
    for (const path of ['none', 'dir', '', '/a.txt', './a.txt', '../a.txt', 'dir/../a.txt', 'a.txt\nHEAD', 'a.txt/']) {
      expect(await text(path)).toBeNull()
    }
  })

  it('says of a file over the limit that it is, and goes on right after it', async () => {
    const asked = await Promise.all([
      repositories.readFile(projectId, first, 'big.txt', 1000),
      repositories.readFile(projectId, first, 'a.txt'),
      repositories.readFile(projectId, first, 'none'),
      repositories.readFile(projectId, second, 'a.txt'),
    ])
    expect(asked.map(each => (each === null || each === 'too_large' ? each : each.content.toString()))).toEqual([
      'too_large',
      'one\n',
      null,
      'changed\n',
    ])
  })

  it('answers many questions at once, each with its own answer', async () => {
    const paths = Array.from(
      { length: 300 },
      (_, index) => ['a.txt', 'big.txt', 'dir/b c.txt', 'none'][index % 4] ?? '',
    )
    const answers = await Promise.all(paths.map(path => repositories.readFile(projectId, first, path)))
    const sizes = answers.map(answer => (answer === null || answer === 'too_large' ? null : answer.sizeBytes))
    expect(sizes).toEqual(paths.map((_, index) => [4, 100_000, 4, null][index % 4] ?? null))
  })

  it('goes on when its process was ended', async () => {
    await repositories.readFile(projectId, first, 'a.txt')
    for (const pid of await childrenThatRead(folder)) process.kill(pid, 'SIGKILL')
    const file = await repositories.readFile(projectId, first, 'a.txt')
    expect(file === null || file === 'too_large' ? file : file.content.toString()).toBe('one\n')
  })

  it('sees at once what was pushed since', async () => {
    const third = await copy.commit('third', { 'new.txt': 'new' })
    await copy.git('push', '-q', folder, 'main')
    expect(await repositories.readFile(projectId, third, 'new.txt')).not.toBeNull()
    expect(await repositories.resolve(projectId, { kind: 'branch', name: 'main' })).toBe(third)
    await copy.git('push', '-q', '-f', folder, `${second}:main`)
  })

  it('lists folders and trees, logs, differences and merge bases', async () => {
    expect((await repositories.listFolder(projectId, first, 'dir'))?.map(entry => [entry.name, entry.mode])).toEqual([
      ['b c.txt', '100644'],
      ['deep', '040000'],
    ])
    expect(
      (await repositories.listTree(projectId, first, ''))?.filter(line => line.type === 'blob').map(line => line.path),
    ).toEqual(['a.txt', 'big.txt', 'dir/b c.txt', 'dir/deep/ü.txt'])
    expect(await repositories.log(projectId, { from: second, limit: 10, offset: 0 })).toEqual([second, first])
    expect(await repositories.log(projectId, { from: second, path: 'dir', limit: 10, offset: 0 })).toEqual([first])
    expect(await repositories.changedPaths(projectId, first, second)).toEqual(['a.txt'])
    expect(await repositories.changedPaths(projectId, noCommit, first)).toHaveLength(4)
    expect(await repositories.changedPaths(projectId, 'f'.repeat(40), first)).toBeNull()
    expect(await repositories.mergeBase(projectId, first, second)).toBe(first)
    expect(await repositories.isAncestor(projectId, second, first)).toBe(false)
  })

  it('finds commits by branch, tag and abbreviated SHA, and by nothing cleverer', async () => {
    for (const name of ['main', 'refs/heads/main', second, second.slice(0, 8)])
      expect(await repositories.resolveAny(projectId, name)).toBe(second)
    expect(await repositories.resolveAny(projectId, 'v1')).toBe(first)
    for (const name of ['HEAD', 'main~1', 'main^', '@', ':/first', '--all', 'main:a.txt', '../../x', '']) {
      expect(await repositories.resolveAny(projectId, name)).toBeNull()
    }
  })

  it('tells annotations of tags', async () => {
    expect(await repositories.annotation(projectId, 'v1')).toMatchObject({ object: first, message: 'the first one' })
    expect(await repositories.annotation(projectId, 'main')).toBeNull()
  })

  it('refuses anything but a commit’s digits', async () => {
    await expect(repositories.changedPaths(projectId, '--output=/tmp/x', first)).rejects.toThrow('40 hex digits')
    await expect(repositories.readFile(projectId, 'HEAD', 'a.txt')).rejects.toThrow('40 hex digits')
  })
})

describe('refs', () => {
  it('are found loose, packed, and loose over packed', async () => {
    await copy.git('push', '-q', folder, `${first}:refs/heads/old`)
    await repositories.maintenance.tidy(folder)
    expect(await readFile(join(folder, 'packed-refs'), 'utf8')).toContain('refs/heads/old')
    await copy.git('push', '-q', folder, `${second}:refs/heads/old`, `${first}:refs/heads/deep/er`)
    const refs = await repositories.refs(projectId)
    expect(refs.map(({ ref, sha }) => [ref.name, sha])).toEqual([
      ['deep/er', first],
      ['main', second],
      ['old', second],
      ['v1', first],
    ])
    expect(await repositories.resolve(projectId, { kind: 'branch', name: 'old' })).toBe(second)
  })

  it('of pipelines keep commits that no branch has any more, until they are let go', async () => {
    const lost = await copy.commit('lost', { 'lost.txt': 'lost' })
    await copy.git('push', '-q', folder, 'HEAD:refs/heads/lost')
    await repositories.keep(projectId, 7, lost)
    await copy.git('push', '-q', folder, ':lost')
    await repositories.git.run(folder, ['gc', '--prune=now', '--quiet'])
    expect(await repositories.commit(projectId, lost)).toMatchObject({ message: 'lost\n' })
    await repositories.keep(projectId, 7, lost)
    await repositories.release(projectId, 7)
    expect(await readFile(join(folder, 'packed-refs'), 'utf8')).not.toContain('refs/pipelines')
    await copy.git('reset', '-q', '--hard', second)
  })

  it('of merge requests are fetched by everybody, follow their branch, and are no branches', async () => {
    await repositories.pointMergeRequest(projectId, 3, first)
    await repositories.pointMergeRequest(projectId, 3, second)
    expect((await copy.git('ls-remote', folder, 'refs/merge-requests/*')).stdout).toBe(
      `${second}\trefs/merge-requests/3/head`,
    )
    expect((await repositories.refs(projectId)).map(({ ref }) => ref.name)).not.toContain('head')
  })

  it('are written although a process that was killed left its lock', async () => {
    await repositories.keep(projectId, 8, first)
    const lock = join(folder, 'refs/pipelines/8.lock')
    await writeFile(lock, '')
    await utimes(lock, new Date(0), new Date(0))
    await repositories.keep(projectId, 8, second)
    expect(await readFile(join(folder, 'refs/pipelines/8'), 'utf8')).toBe(`${second}\n`)
  })
})

describe('a repository', () => {
  it('is made once, as git would make it, and gone when removed', async () => {
    const made = await repositories.ensure(2)
    expect(await repositories.ensure(2)).toBe(made)
    const check = await execa('git', ['-C', made, 'rev-parse', '--is-bare-repository'])
    expect(check.stdout).toBe('true')
    await repositories.remove(2)
    await repositories.remove(2)
    expect((await execa('git', ['-C', made, 'rev-parse'], { reject: false })).failed).toBe(true)
  })

  it('has no folder for what is no id', () => {
    for (const id of [0, -1, 1.5, Number.NaN]) expect(() => repositories.folderOf(id)).toThrow('expected an id')
  })

  it('is not touched by settings of the machine or the user', async () => {
    const home = join(temporary.path, 'home')
    await mkdir(home)
    await writeFile(join(home, '.gitconfig'), '[core]\n\thooksPath = /tmp/evil\n[receive]\n\tfsckObjects = false\n')
    const seen = await repositories.git.run(folder, ['-c', 'alias.home=!echo "$HOME"', 'home'])
    expect(seen?.toString()).toBe('/nonexistent\n')
    const shown = await repositories.git.run(folder, ['config', '--show-origin', '--list'])
    const origins = new Set(
      shown
        ?.toString()
        .split('\n')
        .filter(Boolean)
        .map(line => line.split('\t')[0]),
    )
    expect([...origins].sort()).toEqual([
      `file:${folder}/config`,
      `file:${join(temporary.path, 'repositories/gitconfig')}`,
    ])
  })
})

/** Our own `git cat-file` processes of a repository. */
async function childrenThatRead(repository: string): Promise<readonly number[]> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  const found: number[] = []
  for (const pid of children.split(' ').filter(Boolean)) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (words.includes('cat-file') && words.includes(repository)) found.push(Number(pid))
  }
  expect(found).not.toEqual([])
  return found
}
