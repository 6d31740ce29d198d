// Submodules of a working copy. Their addresses stand in the repository, so they are a stranger's: only HTTP is spoken, never a
// path of this host, and the job's token goes to our own server alone.
import type { Git, GitAccess } from './git-command.ts'
import type { SubmoduleOptions } from './git-options.ts'

export type SubmoduleOrder = {
  readonly directory: string
  readonly options: SubmoduleOptions
  readonly access: GitAccess
  /** The server's address as the repository's remote has it; this host may know it by another. */
  readonly publicOrigin: string
}

export async function updateSubmodules(
  { directory, options, access, publicOrigin }: SubmoduleOrder,
  { git, say, signal }: { readonly git: Git; readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  const { isRecursive, depth, paths, flags, usesHttp } = options
  say(isRecursive ? 'Updating/initializing submodules recursively...' : 'Updating/initializing submodules...')
  const { hostname } = new URL(publicOrigin)
  const shells = usesHttp ? [`git@${hostname}:`, `ssh://git@${hostname}/`] : []
  const args = [
    ...['submodule', 'update', '--init', '--quiet'],
    ...(isRecursive ? ['--recursive'] : []),
    ...(depth > 0 ? [`--depth=${depth}`] : []),
    ...flags,
    ...(paths.length > 0 ? ['--', ...paths] : []),
  ]
  const elsewhere = publicOrigin === access.origin ? [] : [`${publicOrigin}/`]
  await git(args, { directory, access: { ...access, aliases: [...elsewhere, ...shells] }, signal })
}
