import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSpool, type SpoolRecord } from '../../../src/runner/spool.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-spool-'))
  file = join(folder, 'spool')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const record = (source: SpoolRecord['source'], text: string): SpoolRecord => ({ source, bytes: Buffer.from(text) })

async function readAll(): Promise<string[]> {
  const found: string[] = []
  const spool = await openSpool(file, async ({ source, bytes }) => {
    found.push(`${source}:${Buffer.from(bytes).toString()}`)
  })
  await spool.close()
  return found
}

test('what was written is read again, in order, with its source', async () => {
  const spool = await openSpool(file, async () => {})
  await spool.append(record('runner', 'hello'))
  await spool.append(record('job', ''))
  await spool.append(record('job', 'x'.repeat(3_000_000)))
  await spool.close()
  const found = await readAll()
  expect(found.map(each => each.slice(0, 12))).toEqual(['runner:hello', 'job:', 'job:xxxxxxxx'])
  expect(found[2]).toHaveLength(3_000_004)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('cut at any byte, the whole records before it stay, and writing goes on behind them', async () => {
  const spool = await openSpool(file, async () => {})
  for (const text of ['one', 'two', 'three']) await spool.append(record('job', text))
  await spool.close()
  const whole = await readFile(file)
  for (let size = whole.length - 1; size >= 0; size -= 1) {
    await writeFile(file, whole.subarray(0, size))
    const before = await readAll()
    expect(before).toEqual(
      ['job:one', 'job:two', 'job:three'].slice(0, Math.floor([0, 8, 16, 26].filter(end => end <= size).length - 1)),
    )
  }
  const again = await openSpool(file, async () => {})
  await again.append(record('runner', 'more'))
  await again.close()
  expect(await readAll()).toEqual(['runner:more'])
})

test('begun anew, it is one record, and a process that ended in the middle of that has changed nothing', async () => {
  const spool = await openSpool(file, async () => {})
  for (const text of ['one', 'two']) await spool.append(record('job', text))
  await writeFile(`${file}.next`, 'a part of a record')
  expect(await readAll()).toEqual(['job:one', 'job:two'])
  await spool.restart(record('checkpoint', 'both'))
  await spool.append(record('runner', 'three'))
  expect(spool.sizeBytes()).toBe((await stat(file)).size)
  await spool.close()
  expect(await readAll()).toEqual(['checkpoint:both', 'runner:three'])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})
