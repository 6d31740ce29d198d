// The private Docker engine: it goes with its last owner, and takes all it made with it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, describe, expect, it } from 'vitest'
import { testRun } from '../../support/test-run.ts'

const script = new URL('../../../scripts/engine', import.meta.url).pathname
const folder = `/run/slipway-${testRun()}-engine`
const data = `/var/lib/slipway-${testRun()}-engine`
const options = ['--dir', folder, '--data', data]
const isRoot = process.getuid?.() === 0

function engine(...words: string[]) {
  return execa('sh', [script, ...words, ...options], { reject: false })
}

function askEngine() {
  return execa('docker', ['version', '--format', '{{.Server.Os}}'], {
    env: { DOCKER_HOST: `unix://${folder}/docker.sock` },
    reject: false,
  })
}

/** Bridges, packet filter rules and mounts that name the engine. */
async function traces(bridge: string): Promise<string> {
  const [links, rules, mounts] = await Promise.all([
    execa('ip', ['-brief', 'link']),
    execa('iptables-save', { reject: false }),
    readFile('/proc/self/mounts', 'utf8'),
  ])
  return [links.stdout, rules.stdout, mounts]
    .join('\n')
    .split('\n')
    .filter(line => line.includes(bridge) || line.includes(folder) || line.includes(data))
    .join('\n')
}

afterAll(async () => {
  await engine('stop')
  await rm(data, { recursive: true, force: true })
})

if (isRoot) describe('a private engine', asRoot)
else describe('a private engine for one who is not root', asAnyone)

function asRoot(): void {
  it('starts beside others, is shared, and leaves nothing when its last owner has left', async () => {
    expect(await engine('start', '--owner', `${process.pid}`)).toMatchObject({ exitCode: 0 })
    expect((await askEngine()).stdout).toBe('linux')
    const bridge = (await readFile(join(folder, 'bridge'), 'utf8')).trim()
    expect(await traces(bridge)).not.toBe('')

    expect(await engine('start', '--owner', `${process.ppid}`)).toMatchObject({ exitCode: 0 })
    await engine('stop', '--owner', `${process.pid}`)
    expect((await askEngine()).stdout).toBe('linux')

    await engine('stop', '--owner', `${process.ppid}`)
    expect(await traces(bridge)).toBe('')
    expect(existsSync(folder)).toBe(false)
  })

  it('goes when its owner is killed', async () => {
    const owner = spawn('sleep', ['600'])
    expect(await engine('start', '--owner', `${owner.pid}`)).toMatchObject({ exitCode: 0 })
    owner.kill('SIGKILL')
    const deadline = Date.now() + 60_000
    while (existsSync(folder) && Date.now() < deadline) await sleep(100)
    expect(existsSync(folder)).toBe(false)
  })
}

function asAnyone(): void {
  it('is refused, with what to do', async () => {
    const { stderr, exitCode } = await engine('start')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('can only be started by root; start Docker, or set DOCKER_HOST')
  })
}
