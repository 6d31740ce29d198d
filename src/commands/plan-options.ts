// The options that `plan` and `lint` share: the event for which the file is compiled.
import type { Command } from 'commander'

/** As commander gives them. */
export type PlanOptions = {
  readonly file: string
  readonly ref?: string
  readonly tag?: boolean
  readonly source: string
  readonly projectPath: string
  readonly defaultBranch: string
  readonly variable?: readonly string[]
  readonly projectVariable?: readonly string[]
  readonly input?: readonly string[]
  readonly changed?: readonly string[]
  readonly exists?: readonly string[]
  readonly message: string
  readonly includeFrom?: string
  readonly allowRemote?: boolean
}

export const defaultFile = '.gitlab-ci.yml'

export function addPlanOptions(command: Command): Command {
  return command
    .option('--ref <name>', 'branch, or tag with --tag (default: "master")')
    .option('--tag', 'the ref is a tag')
    .option('--source <source>', 'what starts the pipeline', 'push')
    .option('--project-path <path>', 'group/name of the project', 'my-group/my-project')
    .option('--default-branch <name>', "the project's default branch", 'master')
    .option('--variable <KEY=VALUE>', 'pipeline variable; several times', collect)
    .option('--project-variable <KEY=VALUE>', 'project variable; several times', collect)
    .option('--input <NAME=VALUE>', 'an input of spec:inputs (lists as JSON); several times', collect)
    .option('--changed <path>', 'a changed path; several times (none: every changes: matches)', collect)
    .option('--exists <path>', 'a file of the repository; several times (none: those beside the file)', collect)
    .option('--message <text>', 'commit message', '')
    .option('--include-from <url>', 'a server that has the files of other projects (its token: SLIPWAY_TOKEN)')
    .option('--allow-remote', 'fetch what include:remote names')
}

export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value]
}
