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
  readonly head: { readonly sha: string; readonly commit: CommitFacts } | null
  readonly ref: { readonly kind: 'branch' | 'tag'; readonly name: string } | null
  /** `group/name`, as the remote `origin` tells it. */
  readonly projectPath: string | null
  readonly defaultBranch: string | null
  readonly user: UserFacts
}

export async function readWorkingCopy(folder: string): Promise<WorkingCopy> {
  const ask = (...args: string[]) => askGit(args, { folder })
  const [place, log, branch, origin, remoteHead, name, email] = await Promise.all([
    ask('rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir', '--git-path', 'objects'),
    ask('log', '-1', `--format=${['%H', '%an <%ae>', '%cI', '%B'].join('%x00')}`),
    ask('symbolic-ref', '--quiet', '--short', 'HEAD'),
    ask('config', '--get', 'remote.origin.url'),
    ask('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'),
    ask('config', '--get', 'user.name'),
    ask('config', '--get', 'user.email'),
  ])
  const [top = '', gitFolder = '', objectsFolder = ''] = place?.split('\n') ?? []
  const head = log === null ? null : headOf(log)
  return {
    folder: top === '' ? await realpath(folder) : top,
    repository: place === null ? null : { gitFolder, objectsFolder },
    head,
    ref: branch === null ? await tagAt(folder, head?.sha ?? null) : { kind: 'branch', name: branch },
    projectPath: origin === null ? null : pathOfRemote(origin),
    defaultBranch: remoteHead?.replace(/^origin\//, '') ?? null,
    user: userOf(name, email),
  }
}

/** `group/name` of a remote's address in any of git's ways to write one; null: it tells none. */
export function pathOfRemote(url: string): string | null {
  const path = /^(?:https?|ssh|git):\/\/[^/]+\/(.+)$/.exec(url)?.[1] ?? /^[^/:]+:(?!\/)(.+)$/.exec(url)?.[1]
  const tidy = path?.replace(/\/+$/, '').replace(/\.git$/, '')
  return tidy !== undefined && /^[\w.-]+(\/[\w.-]+)+$/.test(tidy) ? tidy : null
}

function headOf(log: string): WorkingCopy['head'] {
  const [sha = '', author = '', timestamp = '', message = ''] = log.split('\0')
  return { sha, commit: { author, timestamp, message: message.trimEnd(), tagMessage: null } }
}

/** A detached HEAD is at a tag, or at no ref at all, and then it goes by its commit. */
async function tagAt(folder: string, sha: string | null): Promise<WorkingCopy['ref']> {
  if (sha === null) return null
  const tag = await askGit(['describe', '--tags', '--exact-match', 'HEAD'], { folder })
  return tag === null ? { kind: 'branch', name: sha.slice(0, 8) } : { kind: 'tag', name: tag }
}

function userOf(name: string | null, email: string | null): UserFacts {
  const { username, uid } = userInfo()
  return { id: String(uid), login: username, name: name ?? username, email: email ?? '' }
}
