import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyedLock } from '../../../src/kit/keyed-lock.ts'
import { createGitCopies } from '../../../src/runner/git-copies.ts'

let root: string
let fetched: string[]
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-copies-'))
  fetched = []
})
afterEach(() => rm(root, { recursive: true, force: true }))

const newCopies = () => createGitCopies({ root: join(root, 'kept'), lock: createKeyedLock() })

/** One job's: a `.git` of its own, fetched or copied. */
function bringer(copies: ReturnType<typeof newCopies>) {
  return async (job: string, wish: string, projectId = 1): Promise<string> => {
    const target = join(root, job, '.git')
    const fetch = async () => {
      fetched.push(job)
      await mkdir(target, { recursive: true })
      await writeFile(join(target, 'config'), wish)
      await chmod(join(target, 'config'), 0o666)
    }
    await copies.bring({ projectId, wish: [wish], target, fetch })
    return join(target, 'config')
  }
}

test('who asks for the same a third time gets a copy of its own', async () => {
  const bring = bringer(newCopies())
  for (const job of ['a', 'b']) await bring(job, 'one')
  const third = await bring('c', 'one')
  expect(fetched).toEqual(['a', 'b'])
  expect([await readFile(third, 'utf8'), (await stat(third)).mode & 0o777]).toEqual(['one', 0o666])
  await writeFile(third, 'spoiled by a job')
  expect(await readFile(await bring('d', 'one'), 'utf8')).toBe('one')
  expect(fetched).toEqual(['a', 'b'])
})

test('jobs that come at the same time fetch once more at most', async () => {
  const bring = bringer(newCopies())
  const configs = await Promise.all(['a', 'b', 'c', 'd'].map(job => bring(job, 'one')))
  expect(fetched.toSorted()).toEqual(['a', 'b'])
  expect(await Promise.all(configs.map(config => readFile(config, 'utf8')))).toEqual(['one', 'one', 'one', 'one'])
})

test('a pipeline of one job leaves no copy, and of many pipelines only the latest stay', async () => {
  const copies = newCopies()
  const bring = bringer(copies)
  await bring('a', 'alone')
  expect(await copies.unused()).toEqual([])
  for (const wish of ['one', 'two', 'three']) for (const job of ['a', 'b']) await bring(`${wish}-${job}`, wish)
  await bring('other-a', 'one', 2)
  await bring('other-b', 'one', 2)
  expect(await readdir(join(root, 'kept'))).toHaveLength(3)
  for (const each of await copies.unused()) await each.free()
  expect(await readdir(join(root, 'kept'))).toEqual([])
})

test('a fetch that fails leaves no copy', async () => {
  const copies = newCopies()
  const fetch = () => Promise.reject(new Error('no such ref'))
  const order = { projectId: 1, wish: ['one'], target: join(root, 'x/.git'), fetch }
  for (let turn = 0; turn < 2; turn += 1) await expect(copies.bring(order)).rejects.toThrow('no such ref')
  expect(await copies.unused()).toEqual([])
})
