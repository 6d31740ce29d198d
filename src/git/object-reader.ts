// Reads objects through `git cat-file --batch` processes that stay: one a repository that is being read, a few at once.
// Answers come in the order of the questions. A process that is not asked for a while is ended; so is one that fails,
// and its questions are then asked of a new one, once.
import type { Git } from './process.ts'

export type GitObject = {
  readonly sha: string
  readonly type: string
  readonly sizeBytes: number
  readonly content: Buffer
}

export type ObjectReader = {
  /**
   * @param expression as of git-rev-parse; it must not begin with `-` nor hold a line feed
   * @returns null: there is none; 'too_large': its size is over the limit, and it was not kept
   */
  readonly read: (folder: string, expression: string, mostBytes?: number) => Promise<GitObject | 'too_large' | null>
  /** Starts the process of a repository that is going to be read. */
  readonly warm: (folder: string) => void
  /** For a repository that goes away. */
  readonly forget: (folder: string) => Promise<void>
  readonly close: () => Promise<void>
}

const mostProcesses = 8
const idleMs = 60_000
const defaultMostBytes = 10 * 1024 * 1024

export function createObjectReader(git: Git): ObjectReader {
  const batches = new Map<string, Batch>()

  function batchOf(folder: string): Batch {
    const known = batches.get(folder)
    batches.delete(folder)
    const batch = known ?? startBatch(git, folder, () => forgetBatch(folder, batch))
    batches.set(folder, batch)
    const [oldest] = batches
    if (batches.size > mostProcesses && oldest !== undefined) {
      batches.delete(oldest[0])
      oldest[1].finish()
    }
    return batch
  }

  function forgetBatch(folder: string, batch: Batch): void {
    if (batches.get(folder) === batch) batches.delete(folder)
  }

  return {
    read: async (folder, expression, mostBytes = defaultMostBytes) => {
      if (expression.startsWith('-') || /[\n\r\0]/.test(expression)) return null
      const answer = await batchOf(folder).ask(expression, mostBytes)
      return answer === 'ended' ? again(batchOf(folder), expression, mostBytes) : answer
    },
    warm: folder => void batchOf(folder),
    forget: async folder => {
      const batch = batches.get(folder)
      batches.delete(folder)
      batch?.finish()
      await batch?.ended
    },
    close: async () => {
      const all = [...batches.values()]
      batches.clear()
      for (const batch of all) batch.finish()
      await Promise.all(all.map(batch => batch.ended))
    },
  }
}

async function again(batch: Batch, expression: string, mostBytes: number): Promise<GitObject | 'too_large' | null> {
  const answer = await batch.ask(expression, mostBytes)
  if (answer === 'ended') throw new Error('git cat-file ended without an answer')
  return answer
}

type Answer = GitObject | 'too_large' | null | 'ended'

type Batch = {
  readonly ask: (expression: string, mostBytes: number) => Promise<Answer>
  /** Ends the process when it has answered what it was asked. */
  readonly finish: () => void
  readonly ended: Promise<void>
}

type Question = { readonly mostBytes: number; readonly answer: (answer: Answer) => void }

function startBatch(git: Git, folder: string, onEnd: () => void): Batch {
  const child = git.start(['--git-dir', folder, 'cat-file', '--batch'])
  const questions: Question[] = []
  let isEnded = false
  const parse = createParser(
    () => questions[0]?.mostBytes ?? 0,
    answer => questions.shift()?.answer(answer),
  )
  const idle = setTimeout(() => finish(), idleMs)
  idle.unref()

  function finish(): void {
    clearTimeout(idle)
    onEnd()
    child.stdin.end()
  }

  child.stdout.on('data', (chunk: Buffer) => parse(chunk))
  const ended = child.ended.then(() => {
    isEnded = true
    clearTimeout(idle)
    onEnd()
    for (const question of questions.splice(0)) question.answer('ended')
  })

  return {
    ended,
    finish,
    ask: (expression, mostBytes) => {
      if (isEnded || child.stdin.writableEnded) return Promise.resolve('ended')
      idle.refresh()
      return new Promise(resolve => {
        questions.push({ mostBytes, answer: resolve })
        child.stdin.write(`${expression}\n`)
      })
    },
  }
}

type Header = { readonly sha: string; readonly type: string; readonly sizeBytes: number }

/** Reads `<sha> <type> <size>\n<content>\n` and `<expression> missing\n`, in whatever pieces they come. */
function createParser(mostBytes: () => number, onAnswer: (answer: Answer) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let header: Header | null = null
  let toSkip = 0

  function take(): Buffer {
    const bytes = pending.length === 1 ? (pending[0] ?? Buffer.alloc(0)) : Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    return bytes
  }

  function keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    pending.push(bytes)
    pendingBytes += bytes.length
  }

  /** True: go on, there may be more. */
  function step(): boolean {
    if (toSkip > 0) {
      const bytes = take()
      const skipped = Math.min(toSkip, bytes.length)
      toSkip -= skipped
      keep(bytes.subarray(skipped))
      if (toSkip === 0) onAnswer('too_large')
      return toSkip === 0
    }
    if (header === null) return readHeader()
    if (pendingBytes < header.sizeBytes + 1) return false
    const bytes = take()
    const content = Buffer.from(bytes.subarray(0, header.sizeBytes))
    keep(bytes.subarray(header.sizeBytes + 1))
    const answered = { ...header, content }
    header = null
    onAnswer(answered)
    return true
  }

  function readHeader(): boolean {
    const bytes = take()
    const end = bytes.indexOf(0x0a)
    if (end < 0) {
      keep(bytes)
      return false
    }
    const match = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(bytes.toString('utf8', 0, end))
    keep(bytes.subarray(end + 1))
    if (match === null) onAnswer(null)
    else {
      const [, sha = '', type = '', size = '0'] = match
      const sizeBytes = Number(size)
      if (sizeBytes > mostBytes()) toSkip = sizeBytes + 1
      else header = { sha, type, sizeBytes }
    }
    return true
  }

  return chunk => {
    keep(chunk)
    while (pendingBytes > 0 && step());
  }
}
