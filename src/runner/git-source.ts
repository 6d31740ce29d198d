// A job's working copy: from the mirror into the job's volume, with the server's address as its remote and no token in
// it. A job's own git finds the token in its environment.
import { appendFile, chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobPayload, JobVariable } from '../run/protocol.ts'
import { git } from './git-command.ts'
import type { GitMirrors, MirrorOrder } from './git-mirror.ts'

export type SourceOrder = {
  readonly payload: JobPayload
  readonly variables: readonly JobVariable[]
  /** The volume's folder on this host, and the project's in it. */
  readonly workspaceDirectory: string
  readonly projectPath: string
  /** Where this host has the server; jobs may know it by another name. */
  readonly serverUrl: string
  /** Who signed the server's certificate, when no public authority did: on this host. */
  readonly caFile: string | null
}

export type GitStrategy = 'clone' | 'fetch' | 'none' | 'empty'

export async function writeSources(
  order: SourceOrder,
  {
    mirrors,
    say,
    signal,
  }: { readonly mirrors: GitMirrors; readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  const { payload } = order
  const directory = directoryOf(order)
  await makeFolders(order.workspaceDirectory, order.projectPath)
  const strategy = variable(order, 'GIT_STRATEGY') ?? 'clone'
  if (strategy === 'none' || strategy === 'empty')
    return say(`Skipping Git repository setup (GIT_STRATEGY is ${strategy})`)
  const depth = Number(variable(order, 'GIT_DEPTH') ?? payload.git_info.depth) || 0
  say(depth > 0 ? `Fetching changes with git depth set to ${depth}...` : 'Fetching changes...')
  const mirror = await mirrors.withCommit(mirrorOrder(order), signal)
  await fetchInto(order, mirror, depth, signal)
  if (variable(order, 'GIT_CHECKOUT') === 'false') return say('Skipping Git checkout')
  const { sha, ref } = payload.git_info
  say(`Checking out ${sha.slice(0, 8)} as detached HEAD (ref is ${ref})...`)
  await git(['checkout', '--force', '--quiet', '--detach', sha], { directory, access: null, signal })
  await updateSubmodules(order, say, signal)
}

export function mirrorOrder({
  payload,
  serverUrl,
  caFile,
}: Pick<SourceOrder, 'payload' | 'serverUrl' | 'caFile'>): MirrorOrder {
  const { origin } = new URL(serverUrl)
  const { pathname } = new URL(payload.git_info.repo_url)
  return {
    projectId: payload.job_info.project_id,
    url: `${origin}${pathname}`,
    sha: payload.git_info.sha,
    pipelineId: payload.slipway.pipeline_id,
    access: { origin, username: 'gitlab-ci-token', password: payload.token, caFile },
  }
}

async function fetchInto(order: SourceOrder, mirror: string, depth: number, signal: AbortSignal): Promise<void> {
  const { payload } = order
  const directory = directoryOf(order)
  const call = { directory, access: null, signal }
  await git(['init', '--quiet', '.'], call)
  await appendFile(join(directory, '.git/config'), remoteConfiguration(order))
  const shallow = depth > 0 ? [`--depth=${depth}`] : []
  const fetch = (refspecs: readonly string[]) =>
    git(['fetch', '--quiet', '--no-tags', ...shallow, '--', `file://${mirror}`, ...refspecs], call)
  try {
    await fetch(payload.git_info.refspecs)
  } catch {
    signal.throwIfAborted()
    // A ref that was deleted or moved on since: the commit itself is what counts.
    await fetch([`${payload.git_info.sha}:refs/pipelines/${payload.slipway.pipeline_id}`])
  }
}

/** The helper is text in a file that everybody may read; the token is only in the job's environment. */
function remoteConfiguration(order: SourceOrder): string {
  const url = order.payload.git_info.repo_url
  const helper = '!f() { echo username=gitlab-ci-token; echo "password=$CI_JOB_TOKEN"; }; f'
  return [
    '[remote "origin"]',
    `\turl = ${quoted(url)}`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
    `[credential ${quoted(new URL(url).origin)}]`,
    `\thelper = ${quoted(helper)}`,
    ...authorityConfiguration(order),
    '',
  ].join('\n')
}

/** A job's own git finds the authority where its script has put the file variable. */
function authorityConfiguration({ payload, variables }: SourceOrder): string[] {
  if (!variables.some(each => each.key === 'CI_SERVER_TLS_CA_FILE' && each.file)) return []
  const directory = variables.find(each => each.key === 'CI_PROJECT_DIR')?.value ?? ''
  const { origin } = new URL(payload.git_info.repo_url)
  return [`[http ${quoted(origin)}]`, `\tsslCAInfo = ${quoted(`${directory}.tmp/CI_SERVER_TLS_CA_FILE`)}`]
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

async function updateSubmodules(order: SourceOrder, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const strategy = variable(order, 'GIT_SUBMODULE_STRATEGY') ?? 'none'
  if (strategy !== 'normal' && strategy !== 'recursive') return
  say(
    strategy === 'recursive'
      ? 'Updating/initializing submodules recursively...'
      : 'Updating/initializing submodules...',
  )
  const { origin } = new URL(order.serverUrl)
  const depth = Number(variable(order, 'GIT_SUBMODULE_DEPTH') ?? 0)
  const { caFile } = order
  const access = { origin, username: 'gitlab-ci-token', password: order.payload.token, caFile }
  const args = [...(strategy === 'recursive' ? ['--recursive'] : []), ...(depth > 0 ? [`--depth=${depth}`] : [])]
  await git(['submodule', 'update', '--init', '--quiet', ...args], { directory: directoryOf(order), access, signal })
}

/** Every folder from the volume's root down is open to whatever user the job's image has. */
async function makeFolders(root: string, path: string): Promise<void> {
  await chmod(root, 0o777)
  let at = root
  for (const part of path.split('/').filter(Boolean)) {
    at = join(at, part)
    await mkdir(at, { recursive: true })
    await chmod(at, 0o777)
  }
}

function directoryOf({ workspaceDirectory, projectPath }: SourceOrder): string {
  return join(workspaceDirectory, projectPath)
}

function variable({ variables }: SourceOrder, key: string): string | undefined {
  return variables.find(each => each.key === key)?.value || undefined
}
