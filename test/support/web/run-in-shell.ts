import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { createTemporaryFolder } from '../temporary.ts'

/** Runs commands as a reader would paste them into one shell; git gets the password where it asks. */
export async function runInShell(commands: readonly string[], password: string): Promise<void> {
  const folder = await createTemporaryFolder('slipway-shell')
  try {
    const answer = join(folder.path, 'answer')
    await writeFile(answer, `#!/bin/sh\necho '${password}'\n`, { mode: 0o700 })
    await execa('sh', ['-e', '-c', commands.join('\n')], {
      cwd: folder.path,
      timeout: 60_000,
      env: {
        HOME: folder.path,
        GIT_ASKPASS: answer,
        GIT_AUTHOR_NAME: 'Tester',
        GIT_AUTHOR_EMAIL: 'tester@example.com',
        GIT_COMMITTER_NAME: 'Tester',
        GIT_COMMITTER_EMAIL: 'tester@example.com',
      },
    })
  } finally {
    await folder.remove()
  }
}
