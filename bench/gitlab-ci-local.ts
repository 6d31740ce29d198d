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
}

export async function installGitlabCiLocal(folder: string): Promise<GitlabCiLocal> {
  const prefix = join(folder, 'gitlab-ci-local')
  await mkdir(prefix, { recursive: true })
  const words = ['install', '--no-audit', '--no-fund', '--prefix', prefix, `gitlab-ci-local@${version}`]
  await execa('npm', words, { timeout: installWithinMs })
  const program = join(prefix, 'node_modules/.bin/gitlab-ci-local')
  // The same Node for both sides, and no settings of the user's.
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: prefix }
  return {
    version,
    async list(workingCopy) {
      await execa(program, ['--list'], { cwd: workingCopy, env })
    },
  }
}
