// The files of a job's working copy that go into an archive, with GitLab's words about each wish.
import { join, relative } from 'node:path'
import type { Room } from '../executor/port.ts'
import { type FolderEntry, walkFolder } from '../kit/safe-folder.ts'
import { yellow } from '../kit/terminal-colors.ts'
import { chooseFiles, type FileChoiceOrder } from './file-choice.ts'
import type { JobContext } from './job-context.ts'

export function projectFolder({ order }: JobContext, room: Room): string {
  return join(room.workspace.directory, relative(order.buildsDirectory, order.projectDirectory))
}

export type ProjectFiles = {
  readonly entries: AsyncIterable<FolderEntry>
  /** After the last entry: how many there were. What each wish found is said. */
  readonly count: () => number
}

export function openProjectFiles(folder: string, order: FileChoiceOrder, say: (line: string) => void): ProjectFiles {
  const choice = chooseFiles(order)
  let count = 0
  for (const path of choice.refused) say(yellow(`WARNING: ${path}: is outside of the project's folder and left out`))

  async function* entries(): AsyncGenerator<FolderEntry> {
    for await (const entry of walkFolder(folder, choice.mayEnter)) {
      if (!choice.takes(entry)) continue
      count += 1
      yield entry
    }
    for (const { wish, count: found } of choice.report()) {
      if (found > 0) say(`${wish}: found ${found} matching artifact files and directories`)
      else
        say(
          yellow(
            `WARNING: ${wish}: no matching files. Ensure that the artifact path is relative to the working directory`,
          ),
        )
    }
  }

  return { entries: entries(), count: () => count }
}
