// A real git pushes to and clones from the door.
import { randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hashToken } from '../../../src/kit/token.ts'
import { createWorkingCopy, type GitDoor, openGitDoor, type WorkingCopy } from '../../support/git/door.ts'

const none = '0'.repeat(40)
let door: GitDoor
let copy: WorkingCopy
let remote: string
let path: string
let count = 0

beforeAll(async () => {
  door = await openGitDoor()
})
afterAll(async () => {
  expect(door.bugs).toEqual([])
  await door.close()
})
beforeEach(async () => {
  count += 1
  path = `team/project-${count}`
  await door.project(path)
  remote = door.remote(path, 'root', await door.token(1))
  copy = await door.workingCopy(`copy-${count}`)
  door.pushes.length = 0
  door.reaction = async () => []
})

describe('a push', () => {
  it('arrives, is told to the pipelines before the client hears of it, and shows their lines', async () => {
    const sha = await copy.commit('one', { 'a.txt': 'one' })
    door.reaction = async () => ['Pipeline #1 created', 'http://ci.example.com/team/project/-/pipelines/1']

    const pushed = await copy.git('push', remote, 'main')

    expect(pushed.exitCode).toBe(0)
    expect(pushed.stderr).toMatch(
      /remote: Pipeline #1 created\s+\nremote: http:\/\/ci\.example\.com\/team\/project\/-\/pipelines\/1/,
    )
    expect(door.pushes[0]?.changes).toEqual([{ ref: { kind: 'branch', name: 'main' }, before: none, after: sha }])
    expect(door.pushes[0]?.actor).toMatchObject({ kind: 'user', username: 'root' })
  })

  it('comes back whole in a clone', async () => {
    const big = randomBytes(3 * 1024 * 1024)
    const sha = await copy.commit('one', { 'a.txt': 'one', 'deep/er/b.bin': big })
    await copy.git('push', remote, 'main')

    const cloned = await copy.git('clone', '-q', remote, `../clone-${count}`)

    expect(cloned).toMatchObject({ exitCode: 0 })
    const clone = createWorkingCopy(join(door.folder, `clone-${count}`))
    expect((await clone.git('rev-parse', 'HEAD')).stdout).toBe(sha)
    expect((await clone.git('hash-object', 'deep/er/b.bin')).stdout).toBe(
      (await copy.git('hash-object', 'deep/er/b.bin')).stdout,
    )
  })

  it('of 30 MiB, sent in chunks after a probe, arrives', async () => {
    const sha = await copy.commit('big', { 'big.bin': randomBytes(30 * 1024 * 1024) })
    const pushed = await copy.git('push', remote, 'main')
    expect(pushed).toMatchObject({ exitCode: 0 })
    expect(door.pushes[0]?.changes[0]?.after).toBe(sha)
  })

  it('of several refs makes one call with a change for each', async () => {
    const sha = await copy.commit('one', { 'a.txt': 'one' })
    await copy.git('branch', 'topic')
    await copy.git('tag', 'v1')
    await copy.git('tag', '-a', 'v2', '-m', 'two')
    const annotated = (await copy.git('rev-parse', 'v2')).stdout

    const pushed = await copy.git('push', remote, 'main', 'topic', 'v1', 'v2')

    expect(pushed).toMatchObject({ exitCode: 0 })
    expect(door.pushes).toHaveLength(1)
    expect(door.pushes[0]?.changes).toEqual([
      { ref: { kind: 'branch', name: 'main' }, before: none, after: sha },
      { ref: { kind: 'branch', name: 'topic' }, before: none, after: sha },
      { ref: { kind: 'tag', name: 'v1' }, before: none, after: sha },
      { ref: { kind: 'tag', name: 'v2' }, before: none, after: annotated },
    ])
    const project = await door.accounts.stores.projects.byPath(path)
    expect(await door.repositories.resolve(project?.id ?? 0, { kind: 'tag', name: 'v2' })).toBe(sha)
  })

  it('that deletes a branch tells it with zeros', async () => {
    const sha = await copy.commit('one', { 'a.txt': 'one' })
    await copy.git('push', remote, 'main', 'main:topic')
    const deleted = await copy.git('push', remote, ':topic')
    expect(deleted).toMatchObject({ exitCode: 0 })
    expect(door.pushes[1]?.changes).toEqual([{ ref: { kind: 'branch', name: 'topic' }, before: sha, after: none }])
  })

  it('hands on its push options', async () => {
    await copy.commit('one', { 'a.txt': 'one' })
    await copy.git('push', '-o', 'ci.skip', '-o', 'ci.variable=A=b c', remote, 'main')
    expect(door.pushes[0]?.pushOptions).toEqual(['ci.skip', 'ci.variable=A=b c'])
  })

  it('that changes nothing tells nobody', async () => {
    await copy.commit('one', { 'a.txt': 'one' })
    await copy.git('push', remote, 'main')
    const again = await copy.git('push', remote, 'main')
    expect(again.stderr).toContain('Everything up-to-date')
    expect(door.pushes).toHaveLength(1)
  })

  it('stands even when its pipeline cannot be made, and the client hears so', async () => {
    const sha = await copy.commit('one', { 'a.txt': 'one' })
    door.reaction = async () => {
      throw new Error('the pipeline slice is broken')
    }
    const pushed = await copy.git('push', remote, 'main')
    expect(pushed).toMatchObject({ exitCode: 0 })
    expect(pushed.stderr).toContain('its pipeline could not be created yet')
    expect(door.bugs.splice(0)).toHaveLength(1)
    const project = await door.accounts.stores.projects.byPath(path)
    expect(await door.repositories.resolve(project?.id ?? 0, { kind: 'branch', name: 'main' })).toBe(sha)
  })

  it('to an empty repository makes its first branch the default branch, and protects it', async () => {
    await copy.commit('one', { 'a.txt': 'one' })
    await copy.git('push', remote, 'main:master')
    const project = await door.accounts.stores.projects.byPath(path)
    expect(project?.defaultBranch).toBe('master')
    const { access } = door.accounts
    expect(await access.isProtected(project?.id ?? 0, { kind: 'branch', name: 'master' })).toBe(true)
    expect(await access.isProtected(project?.id ?? 0, { kind: 'branch', name: 'main' })).toBe(false)
    const head = await copy.git('ls-remote', '--symref', remote, 'HEAD')
    expect(head.stdout).toContain('ref: refs/heads/master\tHEAD')
  })

  it('of objects that git finds broken is refused', async () => {
    await copy.commit('one', { 'a.txt': 'one' })
    const blob = (await copy.git('rev-parse', 'HEAD:a.txt')).stdout
    const entry = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')])
    await writeFile(join(copy.folder, 'tree'), entry)
    const tree = (await copy.git('hash-object', '-t', 'tree', '--literally', '-w', 'tree')).stdout
    const hostile = (await copy.git('commit-tree', tree, '-m', 'hostile')).stdout
    expect(hostile).toMatch(/^[0-9a-f]{40}$/)

    const pushed = await copy.git('push', remote, `${hostile}:refs/heads/hostile`)

    expect(pushed.exitCode).not.toBe(0)
    expect(pushed.stderr).toContain('hostile')
    expect(door.pushes).toHaveLength(0)
  })
})

describe('pushes at once to one repository', () => {
  it('lose nothing', async () => {
    await copy.commit('base', { 'a.txt': 'base' })
    await copy.git('push', remote, 'main')
    const copies = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const other = await door.workingCopy(`copy-${count}-${index}`)
        const sha = await other.commit(`from ${index}`, { 'a.txt': String(index) })
        return { other, sha, branch: `topic-${index}` }
      }),
    )

    const results = await Promise.all(
      copies.map(({ other, branch }) => other.git('push', remote, `HEAD:refs/heads/${branch}`)),
    )

    expect(results.map(result => result.exitCode)).toEqual(copies.map(() => 0))
    const project = await door.accounts.stores.projects.byPath(path)
    for (const { sha, branch } of copies) {
      expect(await door.repositories.resolve(project?.id ?? 0, { kind: 'branch', name: branch })).toBe(sha)
    }
    expect(door.pushes).toHaveLength(1 + copies.length)
  })

  it('to an empty one agree on one default branch', async () => {
    const others = await Promise.all(
      ['left', 'right'].map(async name => {
        const other = await door.workingCopy(`first-${name}-${count}`)
        await other.commit(name, { [name]: name })
        return { other, name }
      }),
    )
    const results = await Promise.all(
      others.map(({ other, name }) => other.git('push', remote, `HEAD:refs/heads/${name}`)),
    )
    expect(results.map(result => result.exitCode)).toEqual([0, 0])
    const project = await door.accounts.stores.projects.byPath(path)
    const first = door.pushes[0]?.changes[0]?.ref.name
    expect(project?.defaultBranch).toBe(first)
    expect(await door.repositories.defaultBranch(project?.id ?? 0)).toBe(first)
    const rules = await door.accounts.stores.protectedRefs.list(project?.id ?? 0, 'branch')
    expect(rules.map(rule => rule.pattern)).toEqual([first])
  })

  it('to one branch let one win and tell the other, and each that won is told to the pipelines', async () => {
    await copy.commit('base', { 'a.txt': 'base' })
    await copy.git('push', remote, 'main:topic')
    const others = await Promise.all(
      ['left', 'right'].map(async name => {
        await copy.git('clone', '-q', '-b', 'topic', remote, `../${name}-${count}`)
        const other = createWorkingCopy(join(door.folder, `${name}-${count}`))
        return { other, sha: await other.commit(name, { [name]: name }) }
      }),
    )
    const results = await Promise.all(others.map(({ other }) => other.git('push', remote, 'HEAD:topic')))
    const winners = others.filter((_, index) => results[index]?.exitCode === 0)
    expect(winners).toHaveLength(1)
    expect(door.pushes.slice(1).map(push => push.changes[0]?.after)).toEqual([winners[0]?.sha])
  })
})

describe('a repository', () => {
  it('lies in a folder that is named by its number alone', async () => {
    const names = await readdir(join(door.folder, 'repositories'))
    expect(names.filter(name => name.endsWith('.git')).every(name => /^\d+\.git$/.test(name))).toBe(true)
  })

  it('keeps the commits of pipelines, shows them to jobs and to nobody else', async () => {
    const sha = await copy.commit('one', { 'a.txt': 'one' })
    await copy.git('push', remote, 'main')
    const project = await door.accounts.stores.projects.byPath(path)
    const projectId = project?.id ?? 0
    await door.repositories.keep(projectId, 7, sha)
    door.jobs.set(hashToken('glcbt-running'), { jobId: 1, projectId, userId: 1, running: true })

    const asJob = await copy.git('ls-remote', door.remote(path, 'gitlab-ci-token', 'glcbt-running'))
    const asUser = await copy.git('ls-remote', remote)

    expect(asJob.stdout).toContain(`${sha}\trefs/pipelines/7`)
    expect(asUser.stdout).not.toContain('refs/pipelines')
    const pushed = await copy.git('push', remote, 'HEAD:refs/pipelines/8')
    expect(pushed.exitCode).not.toBe(0)
    expect(pushed.stderr).toContain('only branches and tags')
    await door.repositories.release(projectId, 7)
    expect((await copy.git('ls-remote', door.remote(path, 'gitlab-ci-token', 'glcbt-running'))).stdout).not.toContain(
      'refs/pipelines',
    )
  })
})
