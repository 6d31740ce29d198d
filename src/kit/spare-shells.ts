// Node starts a process by fork, which copies the page tables of all its memory: 12 ms at 140 MiB, while nothing else is
// done. So a few shells are started while there is time, and wait for a line that tells which command they become.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

/** A process in a group of its own. */
export type Command = {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Null: nobody listens to it. */
  readonly stderr: Readable | null
  /** When it has ended, however it did, and all that it said was read; the status is null when a signal ended it. */
  readonly ended: Promise<{ readonly exitCode: number | null }>
  /** Ends it, and what it has started. */
  readonly end: () => void
}

export type SpareShells = {
  /** Becomes the command, found by PATH. */
  readonly become: (words: readonly string[], environment?: Readonly<Record<string, string>>) => Command
  /** Ends the shells that wait. */
  readonly close: () => Promise<void>
}

export type ShellManner = {
  /** All that its commands see of the environment. */
  readonly environment: Readonly<Record<string, string>>
  /** `pipe`: whoever lets a shell become a command reads it. */
  readonly stderr: 'ignore' | 'pipe'
  /** As umask(1) has it; null: this process's own. */
  readonly umask: string | null
}

const quietMs = 250

export function createSpareShells(options: ShellManner & { readonly count: number }): SpareShells {
  const spares = new Set<Shell>()
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  function addSpare(): void {
    const shell = startShell(options)
    shell.unref()
    spares.add(shell)
    void shell.ended.then(() => spares.delete(shell)) // never rejects
  }

  /** One at a time, and only when for a moment none was needed: starting one takes the very time that is to be saved. */
  function refillLater(): void {
    if (timer !== null) clearTimeout(timer)
    timer = isClosed || spares.size >= options.count ? null : setTimeout(refill, quietMs).unref()
  }

  function refill(): void {
    addSpare()
    refillLater()
  }

  for (let count = 0; count < options.count; count += 1) addSpare()
  return {
    become(words, environment = {}) {
      const line = lineOf(words, environment)
      const [shell = startShell(options)] = spares
      spares.delete(shell)
      shell.ref()
      refillLater()
      shell.stdin.write(line)
      return shell
    },
    async close() {
      isClosed = true
      refillLater()
      const rest = [...spares]
      for (const shell of rest) {
        shell.ref()
        shell.stdin.end()
      }
      await Promise.all(rest.map(shell => shell.ended))
    },
  }
}

/** `n` stands for the line feeds in a command, which is read as one line. `read` takes not a byte more than that line. */
const waiting = `n='\n'; IFS= read -r command && eval "$command"`

/** `unref`: as long as it waits, it keeps this process from nothing, least of all from its end, which is its own. */
type Shell = Command & { readonly ref: () => void; readonly unref: () => void }

function startShell({ environment, stderr, umask }: ShellManner): Shell {
  const shell = spawn('/bin/sh', ['-c', umask === null ? waiting : `umask ${umask}; ${waiting}`], {
    env: environment,
    stdio: ['pipe', 'pipe', stderr],
    detached: true,
  }) as ChildProcessByStdio<Socket, Socket, Socket | null>
  shell.stdin.on('error', () => {}) // the command ended early: what it answered tells why
  const ended = new Promise<{ readonly exitCode: number | null }>(resolve => {
    shell.once('close', exitCode => resolve({ exitCode }))
    shell.once('error', () => resolve({ exitCode: null })) // it never began
  })
  const end = (): void => {
    // The number of one that has ended may be another's by now.
    if (shell.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return
    try {
      process.kill(-shell.pid)
    } catch {
      // it has ended in this moment
    }
  }
  const handles = [shell, shell.stdin, shell.stdout, shell.stderr]
  return {
    stdin: shell.stdin,
    stdout: shell.stdout,
    stderr: shell.stderr,
    ended,
    end,
    ref() {
      for (const handle of handles) handle?.ref()
    },
    unref() {
      for (const handle of handles) handle?.unref()
    },
  }
}

function lineOf(words: readonly string[], environment: Readonly<Record<string, string>>): string {
  const settings = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}; `)
  return `${settings.join('')}exec ${words.map(quoted).join(' ')}\n`
}

function quoted(word: string): string {
  if (word.includes('\0')) throw new Error('a word of a command cannot hold a NUL')
  return `'${word.replaceAll("'", `'\\''`).replaceAll('\n', `'"$n"'`)}'`
}
