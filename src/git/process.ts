// Starts git, shut off from the machine's and the user's settings: only our own configuration file counts.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

const configuration = `# Written at every start; changes here are lost.
[safe]
	directory = *
[core]
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
  /** Options for `execa`, for processes that stream. */
  readonly options: (extra?: Readonly<Record<string, string>>) => {
    readonly env: Readonly<Record<string, string>>
    readonly extendEnv: false
    readonly reject: false
    readonly stripFinalNewline: false
  }
  /** Runs to the end; null when git ends with a failure. */
  readonly run: (folder: string, args: readonly string[], options?: RunOptions) => Promise<Buffer | null>
}

export type RunOptions = { readonly input?: string; readonly mostBytes?: number; readonly timeoutMs?: number }

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
  const options = (extra: Readonly<Record<string, string>> = {}) =>
    ({ env: { ...environment, ...extra }, extendEnv: false, reject: false, stripFinalNewline: false }) as const

  return {
    options,
    run: async (folder, args, { input, mostBytes = 64 * 1024 * 1024, timeoutMs = 60_000 } = {}) => {
      const result = await execa('git', ['--git-dir', folder, ...args], {
        ...options(),
        ...(input === undefined ? { stdin: 'ignore' } : { input }),
        encoding: 'buffer',
        maxBuffer: mostBytes,
        stderr: 'ignore',
        timeout: timeoutMs,
      })
      return result.failed
        ? null
        : Buffer.from(result.stdout.buffer, result.stdout.byteOffset, result.stdout.byteLength)
    },
  }
}
