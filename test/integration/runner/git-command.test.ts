import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRunnerGit, type RunnerGit } from '../../../src/runner/git-command.ts'

let git: RunnerGit
let directory: string
beforeAll(async () => {
  git = createRunnerGit()
  directory = await mkdtemp(join(tmpdir(), 'slipway-runner-git-'))
})
afterAll(async () => {
  await git.close()
  await rm(directory, { recursive: true, force: true })
})

const callOf = (signal = AbortSignal.timeout(30_000)) => ({ directory, access: null, signal })

it.each([
  ['by itself', ['ls-remote', '--', '/nowhere']],
  ['behind a setting and a folder', ['-c', 'core.fsync=none', '-C', '/', 'ls-remote', '--', '/nowhere']],
])('a failure of git is told by the name of its command: %s', async (_name, args) => {
  await expect(git.run(args, callOf())).rejects.toThrow(/^git ls-remote failed: .*nowhere/s)
})

it('what git makes is open to whatever user the job’s image has', async () => {
  await git.run(['init', '--quiet', 'open'], callOf())
  expect((await stat(join(directory, 'open', '.git'))).mode & 0o777).toBe(0o777)
})

it('a stop ends git, and the request that it waits for', async () => {
  const stop = new AbortController()
  const gone = Promise.withResolvers<void>()
  const server = createServer(request => {
    request.socket.once('close', gone.resolve)
    stop.abort(new Error('enough'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const access = { origin: `http://127.0.0.1:${port}`, username: 'u', password: 'p', caFile: null }
  const asked = git.run(['ls-remote', '--', `${access.origin}/g/p.git`], { ...callOf(stop.signal), access })
  await expect(asked).rejects.toThrow('enough')
  await gone.promise
  server.close()
})

it('the token is known to git, and stands in no process list', async () => {
  const access = { origin: 'http://127.0.0.1:9', username: 'u', password: 'the-secret', caFile: null }
  const secret = Buffer.from('u:the-secret').toString('base64')
  const call = { ...callOf(), access }
  expect(await git.run(['config', '--get', 'http.http://127.0.0.1:9/.extraHeader'], call)).toContain(secret)
  const processes = await git.run(['-c', 'alias.look=!ps -ww -eo args', 'look'], call)
  expect(processes).toContain('alias.look')
  expect(processes).not.toContain(secret)
})
