// Where the images come from: the engine, a registry, or neither, and then nothing waits.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, freePort } from '../../support/slipway.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'
import { testRun } from '../../support/test-run.ts'

const script = new URL('../../../scripts/images', import.meta.url).pathname
const name = `slipway-${testRun()}`

function images(...names: string[]) {
  return execa('sh', [script, ...names], { reject: false })
}

async function docker(...words: string[]): Promise<string> {
  return (await execa('docker', words)).stdout
}

describe('the images of pipelines', { timeout: 60_000 }, () => {
  it('are left as they are where the engine has them', async () => {
    expect(await images('busybox', 'docker:git')).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('are told to be missing where nothing answers', async () => {
    const { exitCode, stderr } = await images('127.0.0.1:1/nothing')
    expect(exitCode).toBe(3)
    expect(stderr).toContain('127.0.0.1:1/nothing is not in the Docker engine')
  })
})

describe('a hub that takes the call and says nothing', () => {
  let hub: Server
  let port: number

  beforeAll(async () => {
    port = await freePort()
    hub = createServer(socket => socket.on('error', () => {})).listen(port, '127.0.0.1')
    await once(hub, 'listening')
  })

  afterAll(() => {
    hub.close()
  })

  it('is given up after two seconds, for all images at once', async () => {
    const begun = performance.now()
    const { exitCode } = await images(`127.0.0.1:${port}/a`, `127.0.0.1:${port}/b`, `127.0.0.1:${port}/c`)
    expect(exitCode).toBe(3)
    // Docker itself would wait for a minute and a half for each.
    expect(performance.now() - begun).toBeLessThan(30_000)
  })
})

describe('a registry that has the image', { timeout: 60_000 }, () => {
  let folder: TemporaryFolder
  let port: number
  let endRegistry: () => Promise<unknown>

  beforeAll(async () => {
    folder = await createTemporaryFolder()
    port = await freePort()
    const settings = {
      version: '0.1',
      storage: { filesystem: { rootdirectory: join(folder.path, 'data') } },
      http: { addr: `127.0.0.1:${port}` },
    }
    await writeFile(join(folder.path, 'config.yml'), JSON.stringify(settings))
    const registry = spawn('docker-registry', ['serve', join(folder.path, 'config.yml')], { stdio: 'ignore' })
    const ended = once(registry, 'exit')
    endRegistry = async () => {
      registry.kill()
      await ended
    }
    await eventually('the registry', 30_000, async () => (await fetch(`http://127.0.0.1:${port}/v2/`)).ok)
    await docker('tag', 'busybox', `127.0.0.1:${port}/${name}`)
    await docker('push', '--quiet', `127.0.0.1:${port}/${name}`)
    await docker('image', 'rm', `127.0.0.1:${port}/${name}`)
  })

  afterAll(async () => {
    await endRegistry()
    await docker('image', 'rm', `127.0.0.1:${port}/${name}`)
    await folder.remove()
  })

  it('gives it to the engine', async () => {
    expect(await images(`127.0.0.1:${port}/${name}`)).toMatchObject({ exitCode: 0 })
    expect(await docker('image', 'inspect', '--format', '{{.Os}}', `127.0.0.1:${port}/${name}`)).toBe('linux')
  })
})
