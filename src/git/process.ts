// Starts git, shut off from the machine's and the user's settings: only our own configuration file counts.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readBounded } from '../kit/bounded-output.ts'
import { type Command, createSpareShells } from '../kit/spare-shells.ts'

const configuration = `# Written at every start; changes here are lost.
[safe]
	directory = *
[core]
	alternateRefsCommand = true
	fsync = committed,loose-object,reference
	logAllRefUpdates = false
[gc]
	auto = 2000
	autoDetach = false
[pack]
	threads = 1
	windowMemory = 128m
[protocol]
	allow = never
[receive]
	advertisePushOptions = true
	autogc = false
	denyDeleteCurrent = refuse
	fsckObjects = true
	hideRefs = refs/pipelines
	hideRefs = refs/merge-requests
	unpackLimit = 100
[receive "fsck"]
	badTimezone = ignore
	missingSpaceBeforeDate = ignore
	zeroPaddedFilemode = ignore
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
`

export type Git = {
  /** A process that streams. It does not fail: what it prints tells how it went. */
  readonly start: (args: readonly string[], environment?: Readonly<Record<string, string>>) => Command
  /** Runs to the end; null when git ends with a failure. */
  readonly run: (folder: string, args: readonly string[], options?: RunOptions) => Promise<Buffer | null>
  readonly close: () => Promise<void>
}

export type RunOptions = {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly mostBytes?: number
  readonly timeoutMs?: number
}

/** As many as a push and the job that follows from it need. */
const spareShells = 4

/** @param root the folder of all repositories; git's configuration file lies in it */
export async function createGit(root: string, searchPath: string): Promise<Git> {
  await mkdir(root, { recursive: true, mode: 0o750 })
  const file = join(root, 'gitconfig')
  await writeFile(`${file}.new`, configuration, { mode: 0o640 })
  await rename(`${file}.new`, file)
  const environment = {
    PATH: searchPath,
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: file,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
  }
  const shells = createSpareShells({ count: spareShells, environment, stderr: 'ignore', umask: null })
  const start: Git['start'] = (args, more) => shells.become(['git', ...args], more)

  return {
    start,
    run: async (folder, args, { input = '', environment, mostBytes = 64 * 1024 * 1024, timeoutMs = 60_000 } = {}) => {
      const child = start(['--git-dir', folder, ...args], environment)
      const timer = setTimeout(() => child.end(), timeoutMs)
      child.stdin.end(input)
      const output = await readBounded(child.stdout, mostBytes, () => child.end())
      const { exitCode } = await child.ended
      clearTimeout(timer)
      return exitCode === 0 ? output : null
    },
    close: shells.close,
  }
}
