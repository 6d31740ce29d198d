// What the compiler may know about an event: gathered from repository, project, people and variables, all at once.
import type { UserActor } from '../access/model.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { CreationDeps } from './creation.ts'
import { variableOf } from './job-facts.ts'
import type { ProjectFactsOfRun } from './ports.ts'
import type { PipelineCreation, PipelineRequest } from './trigger.ts'

export const configPath = '.gitlab-ci.yml'
export const zeroSha = '0'.repeat(40)

export type Gathered = {
  readonly kind: 'gathered'
  readonly context: PipelineContext
  readonly actor: UserActor | null
  /** Null: there is no such file. */
  readonly config: string | null
}

type NoPipeline = Extract<PipelineCreation, { readonly kind: 'none' }>

export type GatherDeps = Pick<CreationDeps, 'directory' | 'repositories' | 'variables' | 'surroundings' | 'clock'>

export async function gatherContext(deps: GatherDeps, request: PipelineRequest): Promise<Gathered | NoPipeline> {
  const { directory, repositories, variables, surroundings, clock } = deps
  const { projectId, ref } = request
  const found = await directory.project(projectId)
  if (found === null || !found.project.buildsEnabled || found.project.archived) {
    return none('ci_disabled', 'CI is switched off for this project, or it is archived')
  }
  if (!(await mayStart(deps, request))) return none('forbidden', `you may not start pipelines on ${ref.name}`)
  const sha = request.sha ?? (await repositories.resolve(projectId, ref))
  if (sha === null) return none('no_commit', `the project has no ${ref.kind} ${ref.name}`)
  const [commit, config, isProtected, user] = await Promise.all([
    repositories.commit(projectId, sha, ref.kind === 'tag' ? ref.name : null),
    request.config ?? repositories.readFile(projectId, sha, configPath),
    directory.isProtected(projectId, ref),
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
    mergeRequest: null,
    upstream: upstreamOf(request),
    hidesVariableValues: true,
    isSkipAsked: request.isSkipAsked,
    pipelineIid: '',
    createdAt: clock.now().toISOString(),
    scheduleDescription: request.scheduleDescription,
    triggerShortToken: request.triggerShortToken,
    defaultTimeoutSeconds: surroundings.defaultTimeoutSeconds,
  }
  return { kind: 'gathered', context, actor: user?.actor ?? null, config }
}

function none(reason: NoPipeline['reason'], message: string): NoPipeline {
  return { kind: 'none', reason, message }
}

/** Who was let push may have the pipeline of the push, and who has a pipeline its children. */
async function mayStart(
  { directory }: GatherDeps,
  { source, userId, projectId, ref }: PipelineRequest,
): Promise<boolean> {
  if (source === 'push' || source === 'parent_pipeline') return true
  return userId !== null && (await directory.mayRun(userId, projectId, ref))
}

/** A diff costs a process: it is asked for only where the file (or one that it includes) may look at it. */
async function changedPathsOf(
  { repositories }: GatherDeps,
  request: PipelineRequest,
  sha: string,
  config: string | null,
): Promise<readonly string[] | null> {
  const isKnown = request.source === 'push' && request.ref.kind === 'branch' && request.beforeSha !== zeroSha
  if (!isKnown || config === null || !/changes|include/.test(config)) return null
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
