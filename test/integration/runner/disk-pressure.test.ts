import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyedLock } from '../../../src/kit/keyed-lock.ts'
import { findFullDisk, relieveDisks } from '../../../src/runner/disk.ts'
import { createGitMirrors } from '../../../src/runner/git-mirror.ts'
import { createSmallDisk, type SmallDisk } from '../../support/small-disk.ts'

let disk: SmallDisk
let root: string
beforeEach(async () => {
  disk = await createSmallDisk(8)
  root = join(disk.path, 'mirrors')
})
afterEach(() => disk.remove())

/** Used so many hours ago. */
async function mirror(name: string, sizeMib: number, hours: number): Promise<void> {
  await mkdir(join(root, name), { recursive: true })
  await writeFile(join(root, name, 'pack'), new Uint8Array(sizeMib * 1024 * 1024))
  const then = new Date(Date.now() - hours * 3_600_000)
  await utimes(join(root, name), then, then)
}

const mirrors = () => createGitMirrors({ root, lock: createKeyedLock(), git: async () => '' })

test('a disk with room is left as it is', async () => {
  await mirror('1.git', 2, 5)
  expect(await relieveDisks([disk.path], mirrors().unused)).toEqual([])
})

test('of what is unused the oldest goes first, and no more than is needed', async () => {
  await mirror('1.git', 2, 3)
  await mirror('2.git', 3, 5)
  await mirror('3.git', 2, 0)
  expect(await relieveDisks([disk.path], mirrors().unused)).toEqual(['mirror 2.git'])
  expect(await readdir(root)).toEqual(['1.git', '3.git'])
})

test('what a job may be reading stays, whatever it costs; then no job is taken', async () => {
  await mirror('1.git', 7, 0)
  expect(await relieveDisks([disk.path], mirrors().unused)).toEqual([])
  await disk.fill()
  expect(await findFullDisk([disk.path])).toBe(disk.path)
})

test('what cannot be freed is passed over', async () => {
  await mirror('1.git', 4, 3)
  await mirror('2.git', 3, 2)
  const stubborn = { what: 'image', usedAtMs: 0, free: () => Promise.reject(new Error('in use')) }
  const unused = async () => [stubborn, ...(await mirrors().unused())]
  expect(await relieveDisks([disk.path, '/not/of/this/host'], unused)).toEqual(['mirror 1.git'])
})
