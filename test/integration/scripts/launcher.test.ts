import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const launcher = new URL('../../../bin/slipway', import.meta.url).pathname
let folder: TemporaryFolder

beforeAll(async () => {
  folder = await createTemporaryFolder()
})

afterAll(() => folder.remove())

describe('bin/slipway', () => {
  it('runs with the Node of its own modules, from any folder and without node in the PATH', async () => {
    const { stdout } = await execa(launcher, ['--version'], { cwd: '/', env: { PATH: '/usr/bin:/bin' } })
    expect(stdout).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('finds its modules through links, absolute and relative', async () => {
    await mkdir(join(folder.path, 'bin'))
    await symlink(launcher, join(folder.path, 'bin/first'))
    await symlink('bin/first', join(folder.path, 'second'))
    const { stdout } = await execa(join(folder.path, 'second'), ['--version'], { cwd: '/' })
    expect(stdout).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it("hands on the program's exit code", async () => {
    const { exitCode } = await execa(launcher, ['no-such-command'], { reject: false })
    expect(exitCode).toBeGreaterThan(0)
  })
})
