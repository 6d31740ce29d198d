// Completion for the shells, from the commands themselves, so that it cannot tell of options that are not there.
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

/** A command's full name (`pipeline list`; empty for slipway itself) with the words that may follow it. */
type Node = { readonly path: string; readonly words: readonly string[] }

export function register(program: Command, loadAll: (program: Command) => Promise<void>): void {
  program
    .command('completion')
    .summary('print completion for bash, zsh or fish')
    .description('Print completion for a shell. For bash: source <(slipway completion bash)')
    .argument('<shell>', shells.join(', '))
    .action(async (shell: string) => {
      if (!isShell(shell))
        throw new AppError('usage', `completion: expected one of ${shells.join(', ')}, found '${shell}'`)
      await loadAll(program)
      process.stdout.write(scriptFor(shell, nodesOf(program, '')))
    })
}

function isShell(text: string): text is Shell {
  return (shells as readonly string[]).includes(text)
}

function nodesOf(command: Command, path: string): Node[] {
  const options = command.options.map(option => option.long ?? option.short ?? '').filter(Boolean)
  const children = command.commands.map(child => child.name())
  return [
    { path, words: [...children, ...options, '--help'] },
    ...command.commands.flatMap(child => nodesOf(child, path === '' ? child.name() : `${path} ${child.name()}`)),
  ]
}

function scriptFor(shell: Shell, nodes: readonly Node[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(nodes)
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(nodes)}`
    case 'fish':
      return fishScript(nodes)
  }
}

function bashScript(nodes: readonly Node[]): string {
  const cases = nodes.map(node => `    '${node.path}') words='${node.words.join(' ')}' ;;`)
  return [
    '_slipway() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" path="" word words=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$word" in -*) ;; *) path="${path:+$path }$word" ;; esac',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))',
    '}',
    'complete -F _slipway slipway',
    '',
  ].join('\n')
}

function fishScript(nodes: readonly Node[]): string {
  return nodes
    .flatMap(node => {
      const at =
        node.path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${node.path.split(' ').at(-1)}`
      return node.words.map(word => {
        const what = word.startsWith('--')
          ? `-l ${word.slice(2)}`
          : word.startsWith('-')
            ? `-s ${word.slice(1)}`
            : `-a ${word}`
        return `complete -c slipway -n '${at}' ${what}`
      })
    })
    .join('\n')
    .concat('\n')
}
