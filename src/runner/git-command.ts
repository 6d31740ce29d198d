// git as the runner calls it: no configuration of this host, no prompt, no shell in between, and the token in a variable
// that only git sees: not in a URL, an argument or a file.
import { readBounded } from '../kit/bounded-output.ts'
import { AppError } from '../kit/errors.ts'
import { createSpareShells } from '../kit/spare-shells.ts'

export type GitAccess = {
  /** The server whose requests bear the token; other hosts never see it. */
  readonly origin: string
  readonly username: string
  readonly password: string
  /** Beginnings of addresses that mean the same server. */
  readonly aliases?: readonly string[]
  /** Who signed the server's certificate, when no public authority did. */
  readonly caFile: string | null
}

export type GitCall = {
  readonly directory: string
  readonly access: GitAccess | null
  readonly signal: AbortSignal
}

/** Standard output. Whatever git complains of is in the error, without the token. */
export type Git = (args: readonly string[], call: GitCall) => Promise<string>

export type RunnerGit = { readonly run: Git; readonly close: () => Promise<void> }

/** As many as the sources of a job need one after the other. */
const spareShells = 3
const mostOutputBytes = 64 * 1024 * 1024

export function createRunnerGit(): RunnerGit {
  // Files must be writable for whatever user the job's image has.
  const shells = createSpareShells({ count: spareShells, environment: quiet, stderr: 'pipe', umask: '0' })

  async function run(args: readonly string[], { directory, access, signal }: GitCall): Promise<string> {
    signal.throwIfAborted()
    const child = shells.become(['git', '-C', directory, ...args], configuration(access))
    signal.addEventListener('abort', child.end, { once: true })
    child.stdin.end()
    const [output, complaint, { exitCode }] = await Promise.all([
      readBounded(child.stdout, mostOutputBytes, child.end),
      readBounded(child.stderr, mostOutputBytes, child.end),
      child.ended,
    ]).finally(() => signal.removeEventListener('abort', child.end))
    signal.throwIfAborted()
    if (exitCode !== 0)
      throw new AppError('sources_failed', `git ${nameOf(args)} failed: ${complaint.toString().trim().slice(-2000)}`)
    return output.toString()
  }

  return { run, close: shells.close }
}

/** What git is asked to do, behind its settings and its folder. */
function nameOf(args: readonly string[]): string {
  return args.find((word, index) => !word.startsWith('-') && !/^-[Cc]$/.test(args[index - 1] ?? '')) ?? ''
}

const quiet = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
}

const settings = {
  'protocol.allow': 'never',
  'protocol.http.allow': 'always',
  'protocol.https.allow': 'always',
  'safe.directory': '*',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'advice.detachedHead': 'false',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'http.followRedirects': 'false',
}

function configuration(access: GitAccess | null): Record<string, string> {
  const header =
    access === null ? {} : { [`http.${access.origin}/.extraHeader`]: `Authorization: Basic ${basic(access)}` }
  const authority = access?.caFile ? { [`http.${access.origin}/.sslCAInfo`]: access.caFile } : {}
  // A call with access speaks to servers, by addresses that a repository may have named: never to a path of this host.
  const files = { 'protocol.file.allow': access === null ? 'always' : 'never' }
  const aliases = (access?.aliases ?? []).map(alias => [`url.${access?.origin}/.insteadOf`, alias])
  const entries = [...Object.entries({ ...settings, ...files, ...header, ...authority }), ...aliases]
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(entries.length)],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ])
}

function basic({ username, password }: GitAccess): string {
  return Buffer.from(`${username}:${password}`).toString('base64')
}
