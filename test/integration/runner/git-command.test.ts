import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { git } from '../../../src/runner/git-command.ts'

const call = { directory: tmpdir(), access: null, signal: AbortSignal.timeout(30_000) }

it.each([
  ['by itself', ['ls-remote', '--', '/nowhere']],
  ['behind a setting and a folder', ['-c', 'core.fsync=none', '-C', '/', 'ls-remote', '--', '/nowhere']],
])('a failure of git is told by the name of its command: %s', async (_name, args) => {
  await expect(git(args, call)).rejects.toThrow(/^git ls-remote failed: /)
})
