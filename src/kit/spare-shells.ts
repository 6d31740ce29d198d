// Node starts a process by fork, which copies the page tables of all its memory: 12 ms at 140 MiB, while nothing else is
// done. So a few shells are started while there is time, and wait for a line that tells which command they become.
import { execa } from 'execa'

/** Its input and output are streams; resolves when it has ended, however it did. */
export type Command = ReturnType<typeof startShell>

export type SpareShells = {
  /** Becomes the command, found by PATH. */
  readonly become: (words: readonly string[], environment?: Readonly<Record<string, string>>) => Command
  /** Ends the shells that wait. */
  readonly close: () => Promise<void>
}

const quietMs = 250

/** @param environment all that its commands see of the environment */
export function createSpareShells(options: {
  readonly count: number
  readonly environment: Readonly<Record<string, string>>
}): SpareShells {
  const spares = new Set<Command>()
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  function addSpare(): void {
    const shell = startShell(options.environment)
    spares.add(shell)
    void shell.then(() => spares.delete(shell)) // never rejects
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
      const [shell = startShell(options.environment)] = spares
      spares.delete(shell)
      refillLater()
      shell.stdin.write(line)
      return shell
    },
    async close() {
      isClosed = true
      refillLater()
      const rest = [...spares]
      for (const shell of rest) shell.stdin.end()
      await Promise.all(rest)
    },
  }
}

/** `n` stands for the line feeds in a command, which is read as one line. `read` takes not a byte more than that line. */
const waiting = `n='\n'; IFS= read -r command && eval "$command"`

function startShell(environment: Readonly<Record<string, string>>) {
  const shell = execa('/bin/sh', ['-c', waiting], {
    env: environment,
    extendEnv: false,
    reject: false,
    buffer: false,
    stderr: 'ignore',
  })
  shell.stdin.on('error', () => {}) // the command ended early: what it answered tells why
  return shell
}

function lineOf(words: readonly string[], environment: Readonly<Record<string, string>>): string {
  const settings = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}; `)
  return `${settings.join('')}exec ${words.map(quoted).join(' ')}\n`
}

function quoted(word: string): string {
  if (word.includes('\0')) throw new Error('a word of a command cannot hold a NUL')
  return `'${word.replaceAll("'", `'\\''`).replaceAll('\n', `'"$n"'`)}'`
}
