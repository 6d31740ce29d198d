import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listZip, maximumZipEntries, openZipEntry } from '../../../src/artifacts/zip-index.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'
import { makeZip } from '../../support/zip.ts'

let folder: TemporaryFolder
let count = 0
beforeAll(async () => {
  folder = await createTemporaryFolder()
})
afterAll(() => folder.remove())

async function zipFile(entries: Parameters<typeof makeZip>[0]): Promise<string> {
  const path = join(folder.path, `${count++}.zip`)
  await writeFile(path, makeZip(entries))
  return path
}

describe('an archive', () => {
  test('is listed and its files are read without unpacking it', async () => {
    const path = await zipFile([
      { name: 'out/', content: '' },
      { name: 'out/a.txt', content: 'hello' },
      { name: 'b.txt', content: 'x'.repeat(100_000) },
    ])
    expect((await listZip(path)).map(({ path: name, kind, sizeBytes }) => [name, kind, sizeBytes])).toEqual([
      ['out/', 'folder', 0],
      ['out/a.txt', 'file', 5],
      ['b.txt', 'file', 100_000],
    ])
    const entry = await openZipEntry(path, 'out/a.txt')
    expect(entry?.sizeBytes).toBe(5)
    expect(entry === null ? '' : await text(entry.stream)).toBe('hello')
  })

  test('has no file of another name, and never gives a folder or a link', async () => {
    const path = await zipFile([
      { name: 'out/', content: '' },
      { name: 'link', content: '/etc/passwd', mode: 0o120777 },
      { name: 'device', content: '', mode: 0o060666 },
    ])
    for (const name of ['nope', 'out/', 'out', 'link', 'device', '../link'])
      expect(await openZipEntry(path, name)).toBeNull()
    expect((await listZip(path)).map(entry => entry.kind)).toEqual(['folder', 'other', 'other'])
  })

  test.each(['../evil', 'a/../../evil', '/etc/passwd', 'C:/x'])(
    'is refused when a name leads out of it: %s',
    async name => {
      const path = await zipFile([{ name, content: 'x' }])
      await expect(listZip(path)).rejects.toMatchObject({ code: 'archive_invalid' })
    },
  )

  test('is refused when it is none, or cut off', async () => {
    const path = join(folder.path, 'none.zip')
    await writeFile(path, 'this is no archive')
    await expect(listZip(path)).rejects.toMatchObject({ code: 'archive_invalid' })
    const whole = makeZip([{ name: 'a', content: 'hello' }])
    await writeFile(path, whole.subarray(0, whole.length - 10))
    await expect(listZip(path)).rejects.toMatchObject({ code: 'archive_invalid' })
  })

  test('is refused before its index is read when that has too many entries', async () => {
    const path = join(folder.path, 'many.zip')
    await writeFile(path, emptyZipClaiming(maximumZipEntries + 1))
    await expect(listZip(path)).rejects.toMatchObject({
      code: 'archive_invalid',
      message: 'the archive has 200001 entries; at most 200000 are read',
    })
  })

  test('cannot give more than its index promises', async () => {
    const path = await zipFile([{ name: 'bomb', content: 'x'.repeat(1000), claimedBytes: 10 }])
    const entry = await openZipEntry(path, 'bomb')
    await expect(entry === null ? null : text(entry.stream)).rejects.toThrow()
  })
})

/** The end of a ZIP64 archive (APPNOTE 4.3.14 to 4.3.16), and nothing before it. */
function emptyZipClaiming(entries: number): Buffer {
  const directoryEnd = Buffer.alloc(56)
  directoryEnd.writeUInt32LE(0x06064b50, 0)
  directoryEnd.writeBigUInt64LE(44n, 4)
  directoryEnd.writeBigUInt64LE(BigInt(entries), 24)
  directoryEnd.writeBigUInt64LE(BigInt(entries), 32)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeUInt32LE(1, 16)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.fill(0xff, 8, 20)
  return Buffer.concat([directoryEnd, locator, end])
}
