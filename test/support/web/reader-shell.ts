import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { createTemporaryFolder } from '../temporary.ts'

export type ReaderShell = {
  /** Runs commands as a reader would paste them, in the folder where the last ones ended. */
  readonly paste: (commands: readonly string[]) => Promise<void>
  readonly remove: () => Promise<void>
}

/** A terminal of somebody who copies from the pages; git gets the password where it asks. */
export async function openReaderShell(password: string): Promise<ReaderShell> {
  const folder = await createTemporaryFolder('slipway-shell')
  const answer = join(folder.path, 'answer')
  const place = join(folder.path, 'place')
  await writeFile(answer, `#!/bin/sh\necho '${password}'\n`, { mode: 0o700 })
  await writeFile(place, folder.path)
  return {
    paste: async commands => {
      await execa('sh', ['-e', '-c', ['cd "$(cat "$PLACE")"', ...commands, 'pwd > "$PLACE"'].join('\n')], {
        timeout: 60_000,
        env: {
          HOME: folder.path,
          PLACE: place,
          GIT_ASKPASS: answer,
          GIT_AUTHOR_NAME: 'Tester',
          GIT_AUTHOR_EMAIL: 'tester@example.com',
          GIT_COMMITTER_NAME: 'Tester',
          GIT_COMMITTER_EMAIL: 'tester@example.com',
        },
      })
    },
    remove: folder.remove,
  }
}
