// git as it works on the user's own working copy: with the user's configuration, and without ever writing there.
import { execa } from 'execa'
import { AppError } from '../../kit/errors.ts'

export type GitCall = {
  readonly folder: string
  /** `GIT_INDEX_FILE` and its like. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Standard output, without its last newline. @throws AppError `git_failed` */
export async function git(args: readonly string[], call: GitCall): Promise<string> {
  const { stdout, stderr, exitCode } = await execGit(args, call)
  if (exitCode === 0) return stdout
  throw new AppError('git_failed', `git ${args.find(word => !/^-|=/.test(word))} failed: ${stderr.trim()}`)
}

/** Null: git says that there is no such thing. */
export async function askGit(args: readonly string[], call: GitCall): Promise<string | null> {
  const { stdout, exitCode } = await execGit(args, call)
  return exitCode === 0 ? stdout : null
}

async function execGit(args: readonly string[], { folder, environment, input }: GitCall) {
  const result = await execa('git', [...settings, ...args], {
    cwd: folder,
    env: { ...withoutGitVariables(process.env), ...quiet, ...environment },
    extendEnv: false,
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    maxBuffer: 256 * 1024 * 1024,
  })
  if (result.exitCode === undefined && result.code === 'ENOENT')
    throw new AppError('git_missing', 'git is needed to read the working copy, and is not installed')
  return result
}

const settings = ['core.fsmonitor=false', 'core.splitIndex=false', 'core.untrackedCache=false', 'gc.auto=0'].flatMap(
  setting => ['-c', setting],
)
/** Without optional locks git refreshes no index behind one's back. */
const quiet = { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }

/** Whoever calls this from a git hook has variables set that lead elsewhere. */
function withoutGitVariables(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(([key, value]) => value !== undefined && !key.startsWith('GIT_'))
  return Object.fromEntries(entries) as Record<string, string>
}
