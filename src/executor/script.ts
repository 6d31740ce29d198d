// The text that a job's shell reads from standard input, and the command that finds the shell. The user's lines stand in
// one quoted word for `eval`: a shell that gets only a part of the text finds the quote open and runs nothing of it.
import { shellQuote } from './shell-quote.ts'

export type ScriptVariable = { readonly key: string; readonly value: string; readonly file: boolean }

export type ScriptOrder = {
  readonly lines: readonly string[]
  readonly variables: readonly ScriptVariable[]
  /** Where the shell starts, inside the container. */
  readonly projectDirectory: string
  /** Where file variables are written, inside the container. */
  readonly fileDirectory: string
  /** `CI_DEBUG_TRACE`: show every command that the shell runs. */
  readonly xtrace: boolean
}

export function composeScript(order: ScriptOrder): string {
  const body = [...setUp(order), ...order.lines.flatMap(echoedCommand), ''].join('\n')
  return [
    // One stream for both outputs keeps their order, also when they are read again after a runner's death.
    'exec 2>&1',
    "trap 'exit 1' TERM",
    order.xtrace ? 'set -o xtrace' : ':',
    'case "$(set -o)" in *pipefail*) set -o pipefail;; esac',
    'set -o errexit',
    'set +o noclobber',
    `(trap 'exit 1' TERM; eval ${quoteBlock(body)}) < /dev/null`,
    'exit 0',
    '',
  ].join('\n')
}

/** The container's command: the first shell of the image takes its place and reads the script from standard input. */
export const shellDetection: readonly string[] = ['sh', '-c', detectionScript()]

function setUp(order: ScriptOrder): string[] {
  const files = order.variables.filter(variable => variable.file && isShellName(variable.key))
  const directory = shellQuote(order.fileDirectory)
  return [
    ...(files.length > 0 ? [`mkdir -p ${directory}`] : []),
    ...order.variables.filter(variable => isShellName(variable.key)).flatMap(variable => exported(variable, order)),
    `cd ${shellQuote(order.projectDirectory)}`,
  ]
}

function exported(variable: ScriptVariable, order: ScriptOrder): string[] {
  if (!variable.file) return [`export ${variable.key}=${quoteBlock(variable.value)}`]
  const path = `${order.fileDirectory}/${variable.key}`
  return [`printf %s ${quoteBlock(variable.value)} > ${shellQuote(path)}`, `export ${variable.key}=${shellQuote(path)}`]
}

function echoedCommand(item: string): string[] {
  const command = item.trim()
  if (command === '') return ['echo']
  const [first = '', ...rest] = command.split('\n')
  const shown = rest.length === 0 ? first : `${first.trimEnd()} # collapsed multi-line command`
  return [`printf '%s\\n' ${quoteBlock(`\u001b[32;1m$ ${shown}\u001b[0;m`)}`, command]
}

/** Always in quotes, so that the opening quote alone already makes a cut text incomplete. */
function quoteBlock(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", "'\\''")}'`
}

/** Other names cannot be exported by a shell; they reach the job by the container's environment only. */
function isShellName(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)
}

function detectionScript(): string {
  const shells = [
    '/usr/local/bin/bash',
    '/usr/bin/bash',
    '/bin/bash',
    '/usr/local/bin/sh',
    '/usr/bin/sh',
    '/bin/sh',
    '/busybox/sh',
  ]
  return `for s in ${shells.join(' ')}; do [ -x "$s" ] && exec "$s"; done; echo shell not found; exit 1`
}
