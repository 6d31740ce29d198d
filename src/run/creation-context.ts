// What the compiler may know about an event: gathered from repository, project, people and variables, all at once.
import type { CiSettings } from '../access/ci-settings.ts'
import type { UserActor } from '../access/model.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { CreationDeps } from './creation.ts'
import { variableOf } from './job-facts.ts'
import type { MergeRequestStore } from './merge-request-ports.ts'
import type { Directory, ProjectFactsOfRun } from './ports.ts'
import type { PipelineCreation, PipelineRequest } from './trigger.ts'

const usualConfigPath = '.gitlab-ci.yml'
export const zeroSha = '0'.repeat(40)

export type Gathered = {
  readonly kind: 'gathered'
  readonly context: PipelineContext
  readonly actor: UserActor | null
  /** Null: there is no such file. */
  readonly config: string | null
}

type NoPipeline = Extract<PipelineCreation, { readonly kind: 'none' }>

export type GatherDeps = Pick<CreationDeps, 'directory' | 'repositories' | 'variables' | 'surroundings' | 'clock'> & {
  /** Without it, no branch has open merge requests. */
  readonly mergeRequests?: Pick<MergeRequestStore, 'list'>
}

export async function gatherContext(deps: GatherDeps, request: PipelineRequest): Promise<Gathered | NoPipeline> {
  const { directory, repositories, variables, surroundings, clock } = deps
  const { projectId, ref } = request
  const found = await directory.project(projectId)
  if (found === null || !found.project.buildsEnabled || found.project.archived) {
    return none('ci_disabled', 'CI is switched off for this project, or it is archived')
  }
  if (!(await mayStart(deps, request))) return none('forbidden', `you may not start pipelines on ${ref.name}`)
  const { ci = {} } = found.project
  if (!(await mayGiveVariables(directory, request, ci.variablesRole)))
    return none('forbidden', 'Insufficient permissions to set pipeline variables')
  const configPath = ci.configPath ?? usualConfigPath
  const sha = request.sha ?? (await repositories.resolve(projectId, ref))
  if (sha === null) return none('no_commit', `the project has no ${ref.kind} ${ref.name}`)
  const [commit, config, isProtected, user] = await Promise.all([
    repositories.commit(projectId, sha, ref.kind === 'tag' ? ref.name : null),
    request.config ?? repositories.readFile(projectId, sha, configPath),
    isProtectedFor(directory, request),
    request.userId === null ? null : directory.user(request.userId),
  ])
  if (commit === null) return none('no_commit', `the project has no commit ${sha}`)
  const [levels, changedPaths] = await Promise.all([
    variables.levels({ projectId, isProtected }),
    changedPathsOf(deps, request, sha, config),
  ])
  const { registryHost } = surroundings.server
  const context: PipelineContext = {
    ref: ref.name,
    isTag: ref.kind === 'tag',
    isRefProtected: isProtected,
    sha,
    beforeSha: request.beforeSha,
    source: request.source,
    configPath,
    project: projectFactsOf(found),
    commit,
    user: user?.facts ?? null,
    server: { ...surroundings.server, registryHost: found.project.registryEnabled ? registryHost : null },
    changedPaths,
    variables: {
      ...levels,
      pipeline: request.variables.map(variableOf),
      schedule: request.scheduleVariables.map(variableOf),
    },
    inputs: request.inputs,
    mergeRequest: request.mergeRequest ?? null,
    openMergeRequests: await openFrom(deps, request, found.project.fullPath),
    upstream: upstreamOf(request),
    hidesVariableValues: true,
    isSkipAsked: request.isSkipAsked,
    pipelineIid: '',
    createdAt: clock.now().toISOString(),
    scheduleDescription: request.scheduleDescription,
    triggerShortToken: request.triggerShortToken,
    defaultTimeoutSeconds: ci.timeoutSeconds ?? surroundings.defaultTimeoutSeconds,
  }
  return { kind: 'gathered', context, actor: user?.actor ?? null, config }
}

function none(reason: NoPipeline['reason'], message: string): NoPipeline {
  return { kind: 'none', reason, message }
}

/** A merge request is trusted when both of its branches are. */
async function isProtectedFor(
  directory: Directory,
  { projectId, ref, mergeRequest }: PipelineRequest,
): Promise<boolean> {
  if (mergeRequest) return mergeRequest.isSourceBranchProtected && mergeRequest.isTargetBranchProtected
  return await directory.isProtected(projectId, ref)
}

const mostOpen = 4

/** `group/project!1` */
async function openFrom(
  { mergeRequests }: GatherDeps,
  { projectId, ref }: PipelineRequest,
  path: string,
): Promise<readonly string[]> {
  if (ref.kind !== 'branch' || mergeRequests === undefined) return []
  const filter = { state: 'opened', sourceBranch: ref.name } as const
  const { items } = await mergeRequests.list(projectId, filter, { page: 1, perPage: mostOpen })
  return items.map(({ iid }) => `${path}!${iid}`)
}

/** Who was let push may have the pipelines of the push, and who has a pipeline its children. */
async function mayStart(
  { directory }: GatherDeps,
  { source, userId, projectId, ref }: PipelineRequest,
): Promise<boolean> {
  if (source === 'push' || source === 'parent_pipeline' || source === 'merge_request_event') return true
  return userId !== null && (await directory.mayRun(userId, projectId, ref))
}

const overrideLevels = { developer: 30, maintainer: 40, owner: 50 } as const

/** What a bridge forwards was written by who may change the file. */
async function mayGiveVariables(
  directory: Directory,
  { variables, userId, projectId, upstream }: PipelineRequest,
  role: CiSettings['variablesRole'],
): Promise<boolean> {
  if (role === undefined || variables.length === 0 || upstream?.isBridge === true) return true
  if (role === 'no_one_allowed' || userId === null) return false
  return (await directory.levelOf(userId, projectId)) >= overrideLevels[role]
}

/** A diff costs a process: it is asked for only where the file (or one that it includes) may look at it. */
async function changedPathsOf(
  { repositories }: GatherDeps,
  request: PipelineRequest,
  sha: string,
  config: string | null,
): Promise<readonly string[] | null> {
  const looksAtPaths = config !== null && /changes|include/.test(config)
  const base = request.mergeRequest?.diffBaseSha ?? zeroSha
  if (base !== zeroSha && looksAtPaths) return await repositories.changedPaths(request.projectId, base, sha)
  const isKnown = request.source === 'push' && request.ref.kind === 'branch' && request.beforeSha !== zeroSha
  if (!isKnown || !looksAtPaths) return null
  return await repositories.changedPaths(request.projectId, request.beforeSha, sha)
}

function projectFactsOf({ project, namespaceId }: ProjectFactsOfRun): PipelineContext['project'] {
  return {
    id: String(project.id),
    path: project.fullPath,
    title: project.name,
    description: project.description,
    visibility: project.visibility,
    defaultBranch: project.defaultBranch,
    namespaceId: String(namespaceId),
    topics: [],
    repositoryLanguages: [],
  }
}

function upstreamOf({ upstream }: PipelineRequest): PipelineContext['upstream'] {
  if (upstream === null) return null
  return {
    pipelineId: String(upstream.pipelineId),
    projectId: String(upstream.projectId),
    jobId: String(upstream.jobId),
  }
}
