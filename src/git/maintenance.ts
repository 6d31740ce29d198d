// Keeps repositories quick: refs are packed and loose objects collected, some time after a push and off its path. git
// decides by itself whether there is enough to do; what is unreachable stays for two weeks.
import { createOwner } from '../kit/owner.ts'
import type { Git } from './process.ts'

/** Long after what follows from the push, which should not have to share the processor. */
const delayMs = 30_000
const everyPushes = 25

export type Maintenance = {
  /** The first push since the start counts as the one that is due. */
  readonly pushed: (folder: string) => void
  readonly tidy: (folder: string) => Promise<void>
  /** Waits for what has begun; nothing begins any more. */
  readonly close: () => Promise<void>
}

export function createMaintenance(git: Git): Maintenance {
  // `git.run` does not fail; a failure of git leaves the repository as it was.
  const owner = createOwner(() => {})
  const counts = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()

  async function tidy(folder: string): Promise<void> {
    await git.run(folder, ['pack-refs', '--all'])
    await git.run(folder, ['gc', '--auto', '--quiet'], { timeoutMs: 30 * 60_000 })
  }

  return {
    tidy,
    pushed: folder => {
      const count = counts.get(folder) ?? 0
      counts.set(folder, (count + 1) % everyPushes)
      if (count > 0) return
      const timer = setTimeout(() => {
        timers.delete(timer)
        owner.run('tidy a repository', () => tidy(folder))
      }, delayMs)
      timers.add(timer.unref())
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      await owner.settled()
    },
  }
}
