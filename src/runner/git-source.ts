// A job's working copy: from the mirror into the job's volume, with the server's address as its remote and no token in
// it. A job's own git finds the token in its environment.
import { constants } from 'node:fs'
import { appendFile, chmod, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, messageOf } from '../kit/errors.ts'
import { yellow } from '../kit/terminal-colors.ts'
import type { JobPayload, JobVariable } from '../run/protocol.ts'
import type { Git } from './git-command.ts'
import type { GitCopies } from './git-copies.ts'
import type { GitMirrors, MirrorOrder } from './git-mirror.ts'
import { type GitOptions, gitOptions } from './git-options.ts'
import { updateSubmodules } from './git-submodules.ts'

export type SourceCommit = {
  readonly payload: JobPayload
  readonly variables: readonly JobVariable[]
  /** Where this host has the server; jobs may know it by another name. */
  readonly serverUrl: string
  /** Who signed the server's certificate, when no public authority did: on this host. */
  readonly caFile: string | null
}

export type SourceFolder = {
  /** The volume's folder on this host, and the project's in it. */
  readonly workspaceDirectory: string
  readonly projectPath: string
}

type SourceOrder = SourceCommit & SourceFolder

type Surroundings = {
  readonly git: Git
  readonly mirrors: GitMirrors
  readonly copies: GitCopies
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

export async function writeSources(order: SourceOrder, around: Surroundings): Promise<void> {
  const { say } = around
  const options = gitOptions(order.payload, order.variables)
  if (options.ignoredFlags.length > 0)
    say(yellow(`WARNING: ${options.ignoredFlags.join(' ')}: not taken by this runner`))
  await makeFolders(order.workspaceDirectory, order.projectPath)
  if (options.strategy === 'none' || options.strategy === 'empty')
    return say(`Skipping Git repository setup (GIT_STRATEGY is ${options.strategy})`)
  await bring(order, options, around)
  if (!options.isCheckedOut) return say('Skipping Git checkout')
  await checkOut(order, options, around)
}

/**
 * Brings the commit to the mirror while there is no folder for the working copy yet. A failure is not told here: whoever
 * writes the sources asks the mirror again.
 */
export async function fetchAhead(
  order: SourceCommit,
  { mirrors, signal }: Pick<Surroundings, 'mirrors' | 'signal'>,
): Promise<void> {
  try {
    const { strategy } = gitOptions(order.payload, order.variables)
    if (strategy !== 'none' && strategy !== 'empty') await mirrors.withCommit(mirrorOrder(order), signal)
  } catch {
    // told later
  }
}

async function bring(order: SourceOrder, options: GitOptions, around: Surroundings): Promise<void> {
  const { mirrors, say, signal } = around
  const { depth, attempts } = options
  for (let attempt = 1; ; attempt += 1) {
    say(depth > 0 ? `Fetching changes with git depth set to ${depth}...` : 'Fetching changes...')
    try {
      const mirror = await mirrors.withCommit(mirrorOrder(order), signal)
      return await fetchInto(order, mirror, options, around)
    } catch (error) {
      if (attempt === attempts || signal.aborted) throw error
      say(yellow(`WARNING: ${messageOf(error)}; attempt ${attempt} of ${attempts}`))
      await rm(join(directoryOf(order), '.git'), { recursive: true, force: true })
    }
  }
}

async function checkOut(order: SourceOrder, options: GitOptions, { git, say, signal }: Surroundings): Promise<void> {
  const { sha, ref, repo_url: remote } = order.payload.git_info
  const directory = directoryOf(order)
  say(`Checking out ${sha.slice(0, 8)} as detached HEAD (ref is ${ref})...`)
  await git(['checkout', '--force', '--quiet', '--detach', sha], { directory, access: null, signal })
  if (!options.keepsLfsPointers) await refuseLfs(directory)
  const { submodules } = options
  if (submodules === null) return
  const { access } = mirrorOrder(order)
  await updateSubmodules(
    { directory, options: submodules, access, publicOrigin: new URL(remote).origin },
    { git, say, signal },
  )
}

/** A script that reads a pointer in place of its file would run differently than on GitLab, and say nothing. */
async function refuseLfs(directory: string): Promise<void> {
  const noLink = constants.O_RDONLY | constants.O_NOFOLLOW
  const attributes = await open(join(directory, '.gitattributes'), noLink).catch(() => null) // there are none
  if (attributes === null) return
  const text = await attributes.readFile('utf8').finally(() => attributes.close())
  if (/^[^#\n]*\sfilter=lfs\b/m.test(text))
    throw new AppError(
      'sources_failed',
      'this repository keeps files in Git LFS (.gitattributes), which Slipway does not have; with the variable GIT_LFS_SKIP_SMUDGE: "1" the job runs with their pointers',
    )
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

async function fetchInto(
  order: SourceOrder,
  mirror: string,
  { depth, fetchFlags }: GitOptions,
  { git, copies, signal }: Pick<Surroundings, 'git' | 'copies' | 'signal'>,
): Promise<void> {
  const { job_info, git_info, slipway } = order.payload
  const directory = directoryOf(order)
  const flags = ['--quiet', '--no-tags', ...(depth > 0 ? [`--depth=${depth}`] : []), ...fetchFlags]
  const fetch = async () => {
    const call = { directory, access: null, signal }
    await makeRepository(directory)
    const from = (refspecs: readonly string[]) =>
      git([...unsynced, 'fetch', ...flags, '--', `file://${mirror}`, ...refspecs], call)
    try {
      await from(git_info.refspecs)
    } catch {
      signal.throwIfAborted()
      // A ref that was deleted or moved on since: the commit itself is what counts.
      await from([`${git_info.sha}:refs/pipelines/${slipway.pipeline_id}`])
    }
  }
  const wish = [git_info.sha, String(slipway.pipeline_id), ...flags, ...git_info.refspecs]
  await copies.bring({ projectId: job_info.project_id, wish, target: join(directory, '.git'), fetch })
  await appendFile(join(directory, '.git/config'), remoteConfiguration(order))
}

/** The working copy lives as long as its job: it need not outlast the host. */
const unsynced = ['-c', 'core.fsync=none']

/** As `git init` makes it, without starting git; open to whatever user the job's image has. */
async function makeRepository(directory: string): Promise<void> {
  for (const inner of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'hooks', 'info'])
    await makeFolders(directory, join('.git', inner))
  const core = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n'
  await writeOpen(join(directory, '.git/config'), core)
  await writeOpen(join(directory, '.git/HEAD'), 'ref: refs/heads/master\n')
}

async function writeOpen(file: string, text: string): Promise<void> {
  await writeFile(file, text)
  await chmod(file, 0o666)
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
