// A start that fails ends, in a sentence, and takes nothing from the next one: the administrator's password above all.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const launcher = join(import.meta.dirname, '../../../bin/slipway')
const endsWithinMs = 60_000
let temporary: TemporaryFolder

beforeAll(async () => {
  temporary = await createTemporaryFolder()
})
afterAll(() => temporary?.remove())

it('ends when the port is taken, and tells the password when it is free', { timeout: 2 * endsWithinMs }, async () => {
  const neighbour = createServer().listen(0, '127.0.0.1')
  await once(neighbour, 'listening')
  const { port } = neighbour.address() as AddressInfo
  const words = ['up', '--no-runner', '--data', join(temporary.path, 'taken'), '--listen', `127.0.0.1:${port}`]

  const failed = await execa(launcher, words, { reject: false, timeout: endsWithinMs })
  expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining(`cannot listen on 127.0.0.1:${port}`)])
  expect(failed.stdout).toBe('')

  neighbour.close()
  await once(neighbour, 'close')
  const started = execa(launcher, words, { reject: false, timeout: endsWithinMs })
  for await (const line of started.iterable()) if (line.startsWith('Slipway is ready')) started.kill('SIGTERM')
  const { stdout, exitCode } = await started
  expect(stdout).toMatch(/^First start: .*\n {2}user name {2}root\n {2}password {3}\S+/)
  expect(exitCode).toBe(0)
})

it('ends when the file of upstreams is not there, before anything is made', { timeout: endsWithinMs }, async () => {
  const file = join(temporary.path, 'no-upstreams.json')
  const words = ['up', '--no-runner', '--data', join(temporary.path, 'wrong'), '--upstreams', file]
  const { exitCode, stderr } = await execa(launcher, words, { reject: false, timeout: endsWithinMs })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`--upstreams ${file}: ENOENT`)])
})
