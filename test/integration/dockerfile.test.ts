// The image of Slipway itself, built on a base that was made without a hub (where that can be done), and started.
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/slipway.ts'
import { testRun } from '../support/test-run.ts'

const root = new URL('../..', import.meta.url).pathname
const image = `slipway-${testRun()}`
const labels = ['--label', 'slipway=test', '--label', `slipway.runner=${image}`]

async function docker(...words: string[]): Promise<string> {
  return (await execa('docker', words, { cwd: root })).stdout
}

/** A stand-in of Debian's packages; only root can make one, others take the hub's. */
async function makeBase(): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return []
  await execa('sh', ['scripts/images', '--stand-ins', 'slipway-base'], { cwd: root })
  return ['--build-arg', 'BASE=slipway-base']
}

beforeAll(async () => {
  await docker('build', '--quiet', '--force-rm', '--tag', image, ...(await makeBase()), '.')
}, 600_000)

afterAll(async () => {
  await docker('image', 'rm', '--force', image)
  // The classic builder keeps the first stage as an image without a name.
  await docker('image', 'prune', '--force', '--filter', 'label=slipway.stage=build')
}, 60_000)

describe('the image', { timeout: 180_000 }, () => {
  it('runs as a user of its own, with git and Redis, and without what only development needs', async () => {
    const script = 'id -un && git --version && redis-server --version && ls /opt/slipway/node_modules'
    const [user, git, redis, ...modules] = (
      await docker('run', '--rm', ...labels, '--entrypoint', 'sh', image, '-c', script)
    ).split('\n')
    expect(user).toBe('slipway')
    expect(git).toMatch(/^git version /)
    expect(redis).toMatch(/^Redis server /)
    expect(modules).toContain('fastify')
    expect(modules).not.toContain('vitest')
  })

  it('serves, and stops in order', async () => {
    const words = ['run', '--detach', '--publish', '127.0.0.1::8080', ...labels, image, 'up', '--no-runner']
    const container = await docker(...words)
    try {
      const address = await docker('port', container, '8080')
      await eventually(`the image to be ready at ${address}`, 60_000, async () => {
        const running = await docker('inspect', '--format', '{{.State.Running}}', container)
        if (running !== 'true') throw new Error(await docker('logs', container))
        return (await fetch(`http://${address}/-/ready`)).status === 200
      })
      await docker('stop', '--time', '30', container)
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', container)).toBe('0')
    } finally {
      await docker('rm', '--force', '--volumes', container)
    }
  })
})
