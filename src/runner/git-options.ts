// What a job's variables ask of git. Pure. The flags come from a pipeline and git runs on the runner's host, so only those
// are taken that can name no program and no file there.
import { posix } from 'node:path'
import { AppError } from '../kit/errors.ts'
import type { JobPayload, JobVariable } from '../run/protocol.ts'

export const gitStrategies = ['clone', 'fetch', 'none', 'empty'] as const
export type GitStrategy = (typeof gitStrategies)[number]

export type GitOptions = {
  readonly strategy: GitStrategy
  /** 0: the whole history. */
  readonly depth: number
  readonly isCheckedOut: boolean
  readonly attempts: number
  readonly fetchFlags: readonly string[]
  readonly submodules: SubmoduleOptions | null
  /** Without it files in Git LFS are refused: only their pointers are here. */
  readonly keepsLfsPointers: boolean
  /** Flags that are not taken. */
  readonly ignoredFlags: readonly string[]
}

export type SubmoduleOptions = {
  readonly isRecursive: boolean
  readonly depth: number
  readonly paths: readonly string[]
  readonly flags: readonly string[]
  /** `git@host:` and `ssh://` of our server become its HTTP address. */
  readonly usesHttp: boolean
}

const fetchFlags = /^--(quiet|prune|prune-tags|tags|no-tags|force|verbose|no-recurse-submodules|jobs=\d+)$/
const submoduleFlags = /^--(quiet|remote|force|no-fetch|recommend-shallow|no-recommend-shallow|single-branch|jobs=\d+)$/

export function gitOptions({ git_info }: JobPayload, variables: readonly JobVariable[]): GitOptions {
  const value = (key: string) => variables.find(variable => variable.key === key)?.value || undefined
  const fetch = split(value('GIT_FETCH_EXTRA_FLAGS'))
  const update = split(value('GIT_SUBMODULE_UPDATE_FLAGS'))
  refuseClonePath(value('GIT_CLONE_PATH'), value('CI_PROJECT_DIR'))
  const submodules = oneOf('GIT_SUBMODULE_STRATEGY', value('GIT_SUBMODULE_STRATEGY') ?? 'none', submoduleStrategies)
  return {
    strategy: oneOf('GIT_STRATEGY', value('GIT_STRATEGY') ?? 'clone', gitStrategies),
    depth: count('GIT_DEPTH', value('GIT_DEPTH'), git_info.depth || 0),
    isCheckedOut: value('GIT_CHECKOUT') !== 'false',
    attempts: Math.min(10, Math.max(1, count('GET_SOURCES_ATTEMPTS', value('GET_SOURCES_ATTEMPTS'), 1))),
    fetchFlags: fetch.filter(flag => fetchFlags.test(flag)),
    submodules:
      submodules === 'none'
        ? null
        : {
            isRecursive: submodules === 'recursive',
            depth: count('GIT_SUBMODULE_DEPTH', value('GIT_SUBMODULE_DEPTH'), 0),
            paths: split(value('GIT_SUBMODULE_PATHS')),
            flags: update.filter(flag => submoduleFlags.test(flag)),
            usesHttp: value('GIT_SUBMODULE_FORCE_HTTPS') === 'true',
          },
    keepsLfsPointers: ['1', 'true'].includes(value('GIT_LFS_SKIP_SMUDGE') ?? ''),
    ignoredFlags: [
      ...fetch.filter(flag => !fetchFlags.test(flag)),
      ...(submodules === 'none' ? [] : update.filter(flag => !submoduleFlags.test(flag))),
    ],
  }
}

const submoduleStrategies = ['none', 'normal', 'recursive'] as const

/** One that leads out of the builds' folder is not what the working copy was put at. */
function refuseClonePath(asked: string | undefined, actual: string | undefined): void {
  if (asked === undefined || posix.normalize(asked).replace(/\/+$/, '') === actual) return
  throw new AppError('sources_failed', `GIT_CLONE_PATH: expected a folder in $CI_BUILDS_DIR, found '${asked}'`)
}

function oneOf<T extends string>(key: string, found: string, choices: readonly T[]): T {
  const choice = choices.find(each => each === found)
  if (choice === undefined)
    throw new AppError('sources_failed', `${key}: expected one of ${choices.join(', ')}, found '${found}'`)
  return choice
}

function count(key: string, found: string | undefined, fallback: number): number {
  if (found === undefined) return fallback
  if (/^\d{1,9}$/.test(found)) return Number(found)
  throw new AppError('sources_failed', `${key}: expected a whole number, found '${found}'`)
}

/** `--jobs 4` is one flag, written `--jobs=4`. */
function split(text = ''): readonly string[] {
  return text
    .replace(/(--jobs) +(\d+)/g, '$1=$2')
    .split(/\s+/)
    .filter(Boolean)
}
