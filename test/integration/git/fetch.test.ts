// Clones and fetches in all the ways that git knows.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashToken } from '../../../src/kit/token.ts'
import { createWorkingCopy, type GitDoor, openGitDoor } from '../../support/git/door.ts'
import { eventually } from '../../support/slipway.ts'

let door: GitDoor
let remote: string
let projectId: number
const commits: string[] = []

beforeAll(async () => {
  door = await openGitDoor()
  projectId = (await door.project('team/project')).id
  remote = door.remote('team/project', 'root', await door.token(1))
  const copy = await door.workingCopy('copy')
  for (let count = 0; count < 5; count++)
    commits.push(await copy.commit(`commit ${count}`, { 'a.txt': String(count), [`f${count}`]: randomBytes(20_000) }))
  await copy.git('tag', 'v1', 'HEAD~1')
  await copy.git('push', '-q', remote, 'main', 'v1', 'HEAD~2:refs/heads/older')
})
afterAll(async () => {
  expect(door.bugs).toEqual([])
  await door.close()
})

describe('a clone', () => {
  it.each(['0', '1', '2'])('by protocol version %s gets all branches and tags', async version => {
    const cloned = await (await door.workingCopy(`outer-${version}`)).git(
      '-c',
      `protocol.version=${version}`,
      'clone',
      '-q',
      remote,
      'clone',
    )
    expect(cloned).toMatchObject({ exitCode: 0, stderr: '' })
    const clone = createWorkingCopy(join(door.folder, `outer-${version}`, 'clone'))
    expect((await clone.git('rev-parse', 'HEAD', 'origin/older', 'v1')).stdout.split('\n')).toEqual([
      commits[4],
      commits[2],
      commits[3],
    ])
    expect((await clone.git('fsck', '--strict')).exitCode).toBe(0)
  })

  it('may be shallow, of one branch, or without blobs', async () => {
    const outer = await door.workingCopy('shallow')
    expect((await outer.git('clone', '-q', '--depth', '1', '-b', 'older', remote, 'one')).exitCode).toBe(0)
    const one = createWorkingCopy(join(outer.folder, 'one'))
    expect((await one.git('rev-list', '--all')).stdout).toBe(commits[2])
    expect((await one.git('fetch', '-q', '--unshallow')).exitCode).toBe(0)
    expect((await outer.git('clone', '-q', '--filter=blob:none', '--no-checkout', remote, 'two')).exitCode).toBe(0)
  })

  it('of an empty repository is empty', async () => {
    await door.project('team/empty')
    const outer = await door.workingCopy('empty')
    const cloned = await outer.git('clone', remote.replace('project', 'empty'), 'clone')
    expect(cloned.exitCode).toBe(0)
    expect(cloned.stderr).toContain('empty repository')
  })

  it('works without .git at the end', async () => {
    const outer = await door.workingCopy('bare-url')
    expect((await outer.git('ls-remote', remote.replace('.git', ''))).stdout).toContain('refs/heads/main')
  })
})

describe('a fetch', () => {
  it('by a job gets the pipeline’s commit, shallow, by its ref and by its SHA', async () => {
    await door.repositories.keep(projectId, 9, commits[1] ?? '')
    door.jobs.set(hashToken('glcbt-fetch'), { jobId: 1, projectId, userId: 1, running: true })
    const job = await door.workingCopy('job')
    const url = door.remote('team/project', 'gitlab-ci-token', 'glcbt-fetch')
    const byRef = await job.git('fetch', '-q', '--depth', '1', url, '+refs/pipelines/9:refs/pipelines/9')
    expect(byRef).toMatchObject({ exitCode: 0 })
    expect((await job.git('rev-parse', 'refs/pipelines/9')).stdout).toBe(commits[1])
    expect((await job.git('fetch', '-q', '--depth', '1', url, commits[0] ?? '')).exitCode).toBe(0)
  })

  it('after many local commits asks with a zipped body', async () => {
    const outer = await door.workingCopy('ahead')
    await outer.git('clone', '-q', '--depth', '2', remote, 'clone')
    const clone = createWorkingCopy(join(outer.folder, 'clone'))
    const tree = (await clone.git('write-tree')).stdout
    let parent = commits[4] ?? ''
    for (let count = 0; count < 40; count++)
      parent = (await clone.git('commit-tree', tree, '-p', parent, '-m', String(count))).stdout
    await clone.git('reset', '-q', '--hard', parent)
    expect(await clone.git('fetch', '-q', '--unshallow')).toMatchObject({ exitCode: 0 })
  })

  it('whose client goes away leaves no git behind', async () => {
    const { port, username, password } = new URL(remote)
    const line = (text: string) => `${(text.length + 5).toString(16).padStart(4, '0')}${text}\n`
    const body = `${line('command=fetch')}0001${line(`want ${commits[4]}`)}${line('done')}0000`
    const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}`, 'git-protocol': 'version=2' }
    await new Promise<void>((resolve, reject) => {
      const sent = request({ port, path: '/team/project.git/git-upload-pack', method: 'POST', headers }, response => {
        response.once('data', () => {
          response.destroy()
          resolve()
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
    await eventually('the end of upload-pack', 10_000, async () => !(await isRunning('upload-pack')) || null)
  })
})

async function isRunning(command: string): Promise<boolean> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  const lines = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return lines.some(line => line.includes(command))
}
