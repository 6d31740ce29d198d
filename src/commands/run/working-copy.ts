// What git knows of the working copy: the commit it is at, its branch, and how the project is called where it comes from.
import { realpath } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { CommitFacts, UserFacts } from '../../pipeline/context.ts'
import { askGit } from './git.ts'

export type WorkingCopy = {
  /** The top of the repository; without one, the folder itself. */
  readonly folder: string
  /** Null: the folder is in no repository. */
  readonly repository: { readonly gitFolder: string; readonly objectsFolder: string } | null
  /** Null: nothing is committed yet. */
  readonly head: Head | null
  readonly ref: { readonly kind: 'branch' | 'tag'; readonly name: string } | null
  /** `group/name`, as the remote `origin` tells it. */
  readonly projectPath: string | null
  readonly defaultBranch: string | null
  readonly user: UserFacts
}

export type Head = { readonly sha: string; readonly tree: string; readonly commit: CommitFacts }

export async function readWorkingCopy(folder: string): Promise<WorkingCopy> {
  const ask = (...args: string[]) => askGit(args, { folder })
  const [place, log, settings, remoteHead] = await Promise.all([
    ask('rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir', '--git-path', 'objects'),
    ask('log', '-1', '--decorate=full', `--format=${['%H', '%T', '%an <%ae>', '%cI', '%D', '%B'].join('%x00')}`),
    ask('config', '--get-regexp', '^(remote\\.origin\\.url|user\\.(name|email))$'),
    ask('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'),
  ])
  const [top = '', gitFolder = '', objectsFolder = ''] = place?.split('\n') ?? []
  const [sha = '', tree = '', author = '', timestamp = '', names = '', message = ''] = log?.split('\0') ?? []
  const configured = new Map(settings?.split('\n').map(splitSetting))
  const origin = configured.get('remote.origin.url')
  return {
    folder: top === '' ? await realpath(folder) : top,
    repository: place === null ? null : { gitFolder, objectsFolder },
    head:
      sha === '' ? null : { sha, tree, commit: { author, timestamp, message: message.trimEnd(), tagMessage: null } },
    ref: sha === '' ? branchOf(await ask('symbolic-ref', '--quiet', '--short', 'HEAD')) : refOf(sha, names),
    projectPath: origin === undefined ? null : pathOfRemote(origin),
    defaultBranch: remoteHead?.replace(/^origin\//, '') ?? null,
    user: userOf(configured.get('user.name'), configured.get('user.email')),
  }
}

/** `group/name` of a remote's address in any of git's ways to write one; null: it tells none. */
export function pathOfRemote(url: string): string | null {
  const path = /^(?:https?|ssh|git):\/\/[^/]+\/(.+)$/.exec(url)?.[1] ?? /^[^/:]+:(?!\/)(.+)$/.exec(url)?.[1]
  const tidy = path?.replace(/\/+$/, '').replace(/\.git$/, '')
  return tidy !== undefined && /^[\w.-]+(\/[\w.-]+)+$/.test(tidy) ? tidy : null
}

function splitSetting(line: string): [string, string] {
  const at = line.indexOf(' ')
  return [line.slice(0, at), line.slice(at + 1)]
}

function branchOf(name: string | null): WorkingCopy['ref'] {
  return name === null ? null : { kind: 'branch', name }
}

/** A detached HEAD is at a tag, or at no ref at all, and then it goes by its commit. @param names as `%D` tells them */
function refOf(sha: string, names: string): WorkingCopy['ref'] {
  const branch = /^HEAD -> refs\/heads\/([^,]+)/.exec(names)?.[1]
  const tag = /(?:^|, )tag: refs\/tags\/([^,]+)/.exec(names)?.[1]
  if (branch === undefined && tag !== undefined) return { kind: 'tag', name: tag }
  return { kind: 'branch', name: branch ?? sha.slice(0, 8) }
}

function userOf(name: string | undefined, email: string | undefined): UserFacts {
  const { username, uid } = userInfo()
  return { id: String(uid), login: username, name: name ?? username, email: email ?? '' }
}
