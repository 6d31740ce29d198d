import { mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFolderWriter, walkFolder } from '../../../src/kit/safe-folder.ts'

let folder: string
let root: string
let outside: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-folder-'))
  root = join(folder, 'root')
  outside = join(folder, 'outside')
  await mkdir(root)
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), 'secret')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function* content(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
const file = (text: string) => ({ mode: 0o4755, mtime: new Date(1000), content: content(text) })

test('a folder is told in order, with links as links', async () => {
  await mkdir(join(root, 'd'))
  await writeFile(join(root, 'd/f'), 'x')
  await symlink(outside, join(root, 'out'))
  const found: string[] = []
  for await (const entry of walkFolder(root)) found.push(`${entry.kind} ${entry.path} ${entry.target ?? ''}`.trim())
  expect(found).toEqual(['folder d', 'file d/f', `link out ${outside}`])
})

describe('writing', () => {
  test('makes folders, files without setuid, and links', async () => {
    const writer = createFolderWriter(root)
    await writer.writeFile('a/b/c', file('hello'))
    await writer.makeFolder('e/', 0o755)
    await writer.makeLink('l', '/etc')
    expect(await readFile(join(root, 'a/b/c'), 'utf8')).toBe('hello')
    const made = await stat(join(root, 'a/b/c'))
    expect([made.mode & 0o7777, made.mtimeMs]).toEqual([0o755, 1000])
    expect(await readlink(join(root, 'l'))).toBe('/etc')
  })

  test.each(['/etc/x', '../x', 'a/../../x', 'a\\..\\x', 'a\0b', '', '.', '..'])('refuses the name %j', async name => {
    await expect(createFolderWriter(root).writeFile(name, file('x'))).rejects.toThrow('leads out')
  })

  test('goes through no link, neither in the way nor at its end', async () => {
    await symlink(outside, join(root, 'd'))
    await symlink(join(outside, 'secret'), join(root, 'f'))
    const writer = createFolderWriter(root)
    await expect(writer.writeFile('d/secret', file('changed'))).rejects.toThrow()
    await expect(writer.makeFolder('d/new', 0o755)).rejects.toThrow()
    await expect(writer.makeLink('d/link', 'x')).rejects.toThrow()
    await writer.writeFile('f', file('mine'))
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
    expect(await readFile(join(root, 'f'), 'utf8')).toBe('mine')
  })
})
