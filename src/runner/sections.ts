// The sections of a job's log. Several are under way at the same time and are shown one after the other, as on GitLab:
// what a later one says waits until the earlier ones have ended.
import { cyan } from '../kit/terminal-colors.ts'
import type { Clock } from './ports.ts'

export type Section = {
  /** Also after the end: then the line stands where the log is by then. */
  readonly say: (line: string) => void
  readonly end: () => void
}

export type SectionLog = {
  readonly open: (name: string, title: string) => Section
  /** Resolves when all that was said so far is written. */
  readonly written: () => Promise<void>
}

type Entry = { text: string; hasEnded: boolean }

export function createSectionLog(write: (text: string) => Promise<void>, clock: Clock): SectionLog {
  const entries: Entry[] = []
  let tail: Promise<void> = Promise.resolve()

  function flush(): void {
    for (let first = entries[0]; first !== undefined; first = entries[0]) {
      const { text } = first
      first.text = ''
      if (text !== '') tail = tail.then(() => write(text))
      if (!first.hasEnded) return
      entries.shift()
    }
  }

  function open(name: string, title: string): Section {
    const entry: Entry = {
      text: `section_start:${secondsOf(clock)}:${name}\r\u001b[0K${cyan(title)}\n`,
      hasEnded: false,
    }
    entries.push(entry)
    flush()
    return {
      say: line => {
        if (entry.hasEnded) tail = tail.then(() => write(`${line}\n`))
        else entry.text += `${line}\n`
        flush()
      },
      end: () => {
        if (entry.hasEnded) return
        entry.text += sectionEnd(name, clock)
        entry.hasEnded = true
        flush()
      },
    }
  }

  return {
    open,
    written: async () => {
      flush()
      await tail
    },
  }
}

export function sectionEnd(name: string, clock: Clock): string {
  return `section_end:${secondsOf(clock)}:${name}\r\u001b[0K`
}

function secondsOf(clock: Clock): number {
  return Math.floor(clock.nowMs() / 1000)
}
