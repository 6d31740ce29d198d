// S12: what is in an archive was chosen by whoever made it. Twenty that try to leave their folder, to be more than they say, or
// to be something else than files: nothing is written outside, and what remains inside is harmless.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import tar, { type Header } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultLimits } from '../../src/runner/archive-limits.ts'
import { extractTar } from '../../src/runner/tar-archive.ts'
import { extractZip } from '../../src/runner/zip-archive.ts'
import { makeZip, type ZipContent } from '../support/zip.ts'

let root: string
let inside: string
let archives: string
let file: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-evil-'))
  inside = join(root, 'builds/g/p')
  archives = await mkdtemp(join(tmpdir(), 'slipway-evil-'))
  file = join(archives, 'archive')
  await mkdir(inside, { recursive: true })
  await mkdir(join(root, 'outside'))
  await writeFile(join(root, 'outside/kept'), 'kept')
})
afterEach(async () => {
  await rm(root, { recursive: true, force: true })
  await rm(archives, { recursive: true, force: true })
})

const options = { limits: defaultLimits, signal: new AbortController().signal }

/** All that there is outside of the project's folder, which may not change. */
async function outside(): Promise<string> {
  const names = await readdir(root, { recursive: true })
  return [
    ...names.filter(name => !name.startsWith('builds/g/p/')).sort(),
    await readFile(join(root, 'outside/kept'), 'utf8'),
  ].join('\n')
}

const link = (name: string, target: string): ZipContent => ({ name, content: target, mode: 0o120777 })
const plain = (name: string): ZipContent => ({ name, content: 'evil' })

describe('a zip', () => {
  test.each<[string, readonly ZipContent[]]>([
    ['with a name that goes up', [plain('../../../outside/kept')]],
    ['with a name that goes up at its end', [plain('a/..')]],
    ['with an absolute name', [plain('/tmp/slipway-evil-absolute')]],
    ['with backslashes', [plain('..\\..\\..\\outside\\kept')]],
    ['with a name of nothing', [plain('.')]],
    ['with a NUL in a name', [plain('a\0/../../b')]],
    ['with a link and a file through it', [link('l', '../../../outside'), plain('l/kept')]],
    ['with a link over itself', [link('l', '/etc/passwd'), link('l', '../../../outside/kept'), plain('l/x')]],
    [
      'with a folder where a link stands',
      [link('d', '../../../outside'), { name: 'd/', content: '' }, plain('d/kept')],
    ],
    ['with a file below a file', [plain('f'), plain('f/g')]],
  ])('%s changes nothing outside', async (_name, entries) => {
    const before = await outside()
    await writeFile(file, makeZip(entries))
    await extractZip(file, inside, options).catch(() => {}) // refused or harmless: both are well
    expect(await outside()).toBe(before)
  })

  test('whose file stands where a link was does not write through it', async () => {
    await symlink(join(root, 'outside/kept'), join(inside, 'out'))
    await writeFile(file, makeZip([plain('out')]))
    await extractZip(file, inside, options)
    expect(await readFile(join(root, 'outside/kept'), 'utf8')).toBe('kept')
    expect(await readFile(join(inside, 'out'), 'utf8')).toBe('evil')
  })

  test('of setuid files loses the bit', async () => {
    await writeFile(file, makeZip([{ name: 's', content: 'x', mode: 0o104755 }]))
    await extractZip(file, inside, options)
    expect((await stat(join(inside, 's'))).mode & 0o7777).toBe(0o755)
  })

  test.each([
    [
      'more entries than it may',
      { entries: 3, sizeBytes: 1000 },
      Array.from({ length: 9 }, (_, index) => plain(`${index}`)),
    ],
    ['more bytes than it may', { entries: 9, sizeBytes: 1000 }, [{ name: 'bomb', content: '0'.repeat(200_000) }]],
    [
      'more bytes than it says',
      { entries: 9, sizeBytes: 1000 },
      [{ name: 'bomb', content: '0'.repeat(200_000), claimedBytes: 10 }],
    ],
  ])('with %s is given up', async (_name, limits, entries) => {
    await writeFile(file, makeZip(entries))
    await expect(extractZip(file, inside, { ...options, limits })).rejects.toThrow()
  })
})

describe('a tar', () => {
  test.each<[string, readonly (Partial<Header> & { readonly name: string })[]]>([
    ['with a name that goes up', [{ name: '../../../outside/kept' }]],
    ['with an absolute name', [{ name: '/tmp/slipway-evil-absolute' }]],
    [
      'with a link and a file through it',
      [{ name: 'l', type: 'symlink', linkname: '../../../outside' }, { name: 'l/kept' }],
    ],
    ['with a hard link out', [{ name: 'h', type: 'link', linkname: '../../../outside/kept' }, { name: 'h' }]],
    [
      'with devices and pipes',
      [
        { name: 'null', type: 'character-device', devmajor: 1, devminor: 3 },
        { name: 'p', type: 'fifo' },
      ],
    ],
  ])('%s changes nothing outside and makes nothing but files', async (_name, headers) => {
    const before = await outside()
    await writeTarOf(headers)
    await extractTar(file, inside, options).catch(() => {}) // refused or harmless: both are well
    expect(await outside()).toBe(before)
    const kinds = execFileSync('find', [inside, '-mindepth', '1', '-printf', '%y\\n']).toString().trim().split('\n')
    expect(kinds.filter(kind => kind !== '' && !'fdl'.includes(kind))).toEqual([])
  })

  test('that grows without end is given up', async () => {
    await writeTarOf([{ name: 'bomb' }], '0'.repeat(500_000))
    const limits = { entries: 9, sizeBytes: 1000 }
    await expect(extractTar(file, inside, { ...options, limits })).rejects.toThrow('over 1000 bytes')
  })
})

async function writeTarOf(
  headers: readonly (Partial<Header> & { readonly name: string })[],
  content = 'evil',
): Promise<void> {
  const pack = tar.pack()
  for (const header of headers) {
    if (header.type === undefined) pack.entry(header as Header, content)
    else pack.entry(header as Header)
  }
  pack.finalize()
  const parts: Buffer[] = []
  for await (const part of pack) parts.push(part as Buffer)
  await writeFile(file, zstdCompressSync(Buffer.concat(parts)))
}
