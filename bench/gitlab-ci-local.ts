// gitlab-ci-local, the peer for pipelines on one's own machine, from npm into a temporary folder.

import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

const version = '4.75.1'
const installWithinMs = 300_000

export type GitlabCiLocal = {
  readonly version: string
  /** `--list` in a working copy. */
  readonly list: (workingCopy: string) => Promise<void>
  /** The whole pipeline of a working copy, four jobs at once, with images that are here already. Fails when it fails. */
  readonly run: (workingCopy: string, options?: readonly string[]) => Promise<void>
  /** What `run` has left in the engine. */
  readonly clear: () => Promise<void>
}

/** What it starts to wait for a service. Here that ends at once: the jobs wait for their Docker themselves, and sooner. */
const waitImage = 'slipway-bench-wait'
const waitDockerfile = 'FROM busybox\nENTRYPOINT ["/bin/true"]\n'

export async function installGitlabCiLocal(folder: string): Promise<GitlabCiLocal> {
  const prefix = join(folder, 'gitlab-ci-local')
  await mkdir(prefix, { recursive: true })
  const words = ['install', '--no-audit', '--no-fund', '--prefix', prefix, `gitlab-ci-local@${version}`]
  await execa('npm', words, { timeout: installWithinMs })
  const program = join(prefix, 'node_modules/.bin/gitlab-ci-local')
  // The same Node for both sides, and no settings of the user's.
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: prefix }
  let isPrepared = false
  return {
    version,
    async list(workingCopy) {
      await execa(program, ['--list'], { cwd: workingCopy, env })
    },
    async run(workingCopy, options = []) {
      if (!isPrepared) await execa('docker', ['build', '-q', '-t', waitImage, '-'], { input: waitDockerfile })
      isPrepared = true
      const images = ['--pull-policy', 'if-not-present', '--helper-image', 'busybox', '--wait-image', waitImage]
      await execa(program, [...images, '--privileged', '--concurrency', '4', ...options], { cwd: workingCopy, env })
    },
    async clear() {
      if (isPrepared) await execa('docker', ['image', 'rm', '-f', waitImage])
    },
  }
}
