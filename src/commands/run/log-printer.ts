// Live logs of several jobs at once: each line bears its job's name in the job's colour.
import { styleText } from 'node:util'
import type { JobLogs } from './local-server.ts'
import { createLogLines, type LogLine, type LogLines } from './log-lines.ts'

export type LogPrinter = JobLogs & {
  /** Before the first byte of a job. */
  readonly name: (jobId: number, title: string) => void
}

export type LogPrinterOptions = {
  readonly stream: NodeJS.WriteStream
  /** Of all jobs that may run; with one alone no line bears a name. */
  readonly titles: readonly string[]
}

const colours = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const
/** What the runner does before the script: told, but not in the way of what the script says. */
const quietSections = ['prepare_executor', 'get_sources', 'restore_cache', 'download_artifacts']
const maxNameWidth = 32

export function createLogPrinter({ stream, titles }: LogPrinterOptions): LogPrinter {
  const hasColours = styleText('red', 'x', { stream }) !== 'x'
  const known = [...titles]
  const open = new Map<number, { readonly lines: LogLines; readonly prefix: string }>()
  const width = Math.min(maxNameWidth, Math.max(0, ...titles.map(title => title.length)))

  function prefixOf(title: string): string {
    if (titles.length < 2 && known.length < 2) return ''
    const colour = colours[known.indexOf(title) % colours.length] ?? 'cyan'
    return `${styleText(colour, `${title.padEnd(width)} │`, { stream })} `
  }

  function print(jobId: number, lines: readonly LogLine[]): void {
    const prefix = open.get(jobId)?.prefix ?? ''
    if (lines.length > 0) stream.write(lines.map(line => `${prefix}${shown(line)}\n`).join(''))
  }

  function shown({ text, section }: LogLine): string {
    const isQuiet = section !== null && quietSections.includes(section)
    return isQuiet && hasColours && !text.includes('\x1b[') ? styleText('dim', text, { stream }) : text
  }

  return {
    name(jobId, title) {
      if (!known.includes(title)) known.push(title)
      open.set(jobId, { lines: createLogLines(hasColours), prefix: prefixOf(title) })
    },
    take: (jobId, bytes) => print(jobId, open.get(jobId)?.lines.write(bytes) ?? []),
    end(jobId) {
      print(jobId, open.get(jobId)?.lines.end() ?? [])
      open.delete(jobId)
    },
  }
}

export const silentLogs: LogPrinter = { name: () => {}, take: () => {}, end: () => {} }
