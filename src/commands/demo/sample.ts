// The sample project: pipelines/four-stages with a small root file system, taken from the engine's busybox image.
import { createWriteStream } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import { connectEngine } from '../../executor/docker/engine.ts'

const sampleFolder = join(import.meta.dirname, '../../../pipelines/four-stages')

/** Makes the repository in `folder` and pushes it; answers what git said. The token stands in no URL and no argument. */
export async function pushSample(sample: {
  readonly folder: string
  readonly remote: string
  readonly token: string
}): Promise<string> {
  const { folder, remote, token } = sample
  await cp(sampleFolder, folder, { recursive: true })
  await writeRootFileSystem(join(folder, 'rootfs.tar'))
  const authorization = Buffer.from(`root:${token}`).toString('base64')
  const environment = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${authorization}`,
    GIT_CONFIG_KEY_1: 'user.name',
    GIT_CONFIG_VALUE_1: 'Slipway demo',
    GIT_CONFIG_KEY_2: 'user.email',
    GIT_CONFIG_VALUE_2: 'demo@example.com',
  }
  const git = (...words: string[]) => execa('git', words, { cwd: folder, env: environment, all: true })
  await git('init', '-q', '-b', 'master')
  await git('add', '-A')
  await git('commit', '-q', '-m', 'Build, test, release and deploy an image')
  return (await git('push', '-q', remote, 'master')).all
}

async function writeRootFileSystem(file: string): Promise<void> {
  const { docker } = connectEngine(process.env.DOCKER_HOST ?? null)
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['true'], Labels: { slipway: 'true' } })
  try {
    await pipeline(await container.export(), createWriteStream(file))
  } finally {
    await container.remove({ force: true })
  }
}
