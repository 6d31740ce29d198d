// The project that a command is about when none is named: that of the working folder.
import { AppError } from '../kit/errors.ts'
import type { Client } from './client.ts'
import { askGit } from './run/git.ts'
import { pathOfRemote } from './run/working-copy.ts'

/** For `--help`. */
export const projectOption = [
  '--project <project>',
  'id or path: group/project (default: where a remote of this folder leads)',
] as const

/** @throws AppError `usage` where nothing is named and no remote leads to this server */
export async function projectKeyOf(named: string | undefined, client: Pick<Client, 'url'>): Promise<string> {
  if (named !== undefined) return named
  const remotes = await askGit(['config', '--get-regexp', '^remote\\..*\\.url$'], { folder: process.cwd() })
  const found = projectOnServer(remotes ?? '', client.url)
  if (found !== null) return found
  throw new AppError('usage', `--project: expected group/project: no git remote of this folder leads to ${client.url}`)
}

/** @param remotes lines of `remote.<name>.url <url>`; `origin` counts before others */
export function projectOnServer(remotes: string, serverUrl: string): string | null {
  const { host, hostname } = new URL(serverUrl)
  const lines = remotes.split('\n').flatMap(line => {
    const [, name = '', url = ''] = /^remote\.(.+)\.url (.+)$/.exec(line) ?? []
    return url === '' ? [] : [{ name, url }]
  })
  const here = lines.filter(({ url }) => [host, hostname].includes(hostOf(url)))
  const remote = here.find(({ name }) => name === 'origin') ?? here[0]
  return remote === undefined ? null : pathOfRemote(remote.url)
}

/** With the port of HTTP, which is part of a server's address; without that of SSH. */
function hostOf(url: string): string {
  const parsed = URL.parse(url)
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.host
  if (parsed?.protocol === 'ssh:') return parsed.hostname
  return /^(?:[^@/]+@)?([^:/]+):/.exec(url)?.[1] ?? ''
}
