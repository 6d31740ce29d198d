// What hooks are told, in GitLab's words. Pure.
import type { CommitFacts, UserFacts } from '../../pipeline/context.ts'
import { zeroSha } from '../creation-context.ts'
import type { DeploymentRecord, EnvironmentRecord, JobRecord, PipelineRecord } from '../records.ts'

export type HookProject = {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly fullPath: string
  readonly defaultBranch: string
  readonly visibility: 'private' | 'internal' | 'public'
}

/** What every payload may look at. */
export type HookPlace = {
  /** As browsers see the server. */
  readonly url: string
  readonly project: HookProject
  readonly user: UserFacts | null
}

export type HookCommit = CommitFacts & { readonly sha: string }

export type RefPush = {
  readonly kind: 'push' | 'tag_push'
  readonly ref: string
  readonly before: string
  readonly after: string
  /** The newest last, as far as they are listed. */
  readonly commits: readonly HookCommit[]
  readonly totalCommits: number
}

const visibilityLevels = { private: 0, internal: 10, public: 20 } as const

export function pushPayload(push: RefPush, place: HookPlace) {
  const { user, project } = place
  return {
    object_kind: push.kind,
    event_name: push.kind,
    before: push.before,
    after: push.after,
    ref: push.ref,
    checkout_sha: push.after === zeroSha ? null : push.after,
    message: null,
    user_id: numberOf(user?.id),
    user_name: user?.name ?? null,
    user_username: user?.login ?? null,
    user_email: null,
    user_avatar: null,
    project_id: project.id,
    project: projectPart(place),
    commits: push.commits.map(commit => commitPart(commit, place)),
    total_commits_count: push.totalCommits,
    repository: repositoryPart(place),
  }
}

export function pipelinePayload(
  { pipeline, jobs, commit }: { pipeline: PipelineRecord; jobs: readonly JobRecord[]; commit: HookCommit | null },
  place: HookPlace,
) {
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: pipeline.id,
      iid: pipeline.iid,
      name: pipeline.name,
      ref: pipeline.ref.name,
      tag: pipeline.ref.kind === 'tag',
      sha: pipeline.sha,
      before_sha: pipeline.beforeSha,
      source: pipeline.source,
      status: pipeline.status,
      detailed_status: pipeline.hasWarnings && pipeline.status === 'success' ? 'warning' : pipeline.status,
      stages: pipeline.stages,
      created_at: pipeline.createdAt,
      finished_at: pipeline.finishedAt,
      duration: pipeline.durationSeconds,
      queued_duration: pipeline.queuedSeconds,
      variables: [],
      url: `${projectUrl(place)}/-/pipelines/${pipeline.id}`,
    },
    merge_request: null,
    user: userPart(place),
    project: projectPart(place),
    commit: commit === null ? null : commitPart(commit, place),
    builds: jobs.map(job => ({
      id: job.id,
      stage: job.stage,
      name: job.name,
      status: job.status,
      created_at: job.createdAt,
      started_at: job.startedAt,
      finished_at: job.finishedAt,
      duration: secondsBetween(job.startedAt, job.finishedAt),
      queued_duration: secondsBetween(job.queuedAt, job.startedAt),
      failure_reason: job.failureReason,
      manual: job.status === 'manual',
      allow_failure: job.allowFailure,
    })),
  }
}

export function jobPayload({ job, pipeline }: { job: JobRecord; pipeline: PipelineRecord }, place: HookPlace) {
  return {
    object_kind: 'build',
    ref: pipeline.ref.name,
    tag: pipeline.ref.kind === 'tag',
    before_sha: pipeline.beforeSha,
    sha: pipeline.sha,
    build_id: job.id,
    build_name: job.name,
    build_stage: job.stage,
    build_status: job.status,
    build_created_at: job.createdAt,
    build_started_at: job.startedAt,
    build_finished_at: job.finishedAt,
    build_duration: secondsBetween(job.startedAt, job.finishedAt),
    build_queued_duration: secondsBetween(job.queuedAt, job.startedAt),
    build_allow_failure: job.allowFailure,
    build_failure_reason: job.failureReason,
    pipeline_id: pipeline.id,
    project_id: place.project.id,
    project_name: place.project.name,
    user: userPart(place),
    commit: { id: pipeline.id, sha: pipeline.sha, message: pipeline.commitTitle, status: pipeline.status },
    repository: repositoryPart(place),
    project: projectPart(place),
    environment: job.environment === null ? null : { name: job.environment },
  }
}

export function deploymentPayload(
  { deployment, environment }: { deployment: DeploymentRecord; environment: EnvironmentRecord },
  place: HookPlace,
) {
  return {
    object_kind: 'deployment',
    status: deployment.status,
    status_changed_at: deployment.updatedAt,
    deployment_id: deployment.id,
    deployable_id: deployment.jobId,
    deployable_url: `${projectUrl(place)}/-/jobs/${deployment.jobId}`,
    environment: environment.name,
    environment_tier: environment.tier,
    environment_slug: environment.slug,
    environment_external_url: environment.externalUrl,
    project: projectPart(place),
    ref: deployment.ref.name,
    short_sha: deployment.sha.slice(0, 8),
    user: userPart(place),
    commit_url: `${projectUrl(place)}/-/commit/${deployment.sha}`,
  }
}

const hookNames: Readonly<Record<string, string>> = {
  push: 'Push Hook',
  tag_push: 'Tag Push Hook',
  pipeline: 'Pipeline Hook',
  build: 'Job Hook',
  deployment: 'Deployment Hook',
}

/** `X-Gitlab-Event` of a body that was made here. */
export function hookNameOf(body: string): string {
  const { object_kind: kind } = JSON.parse(body) as { readonly object_kind?: string }
  return hookNames[kind ?? ''] ?? 'System Hook'
}

function projectUrl({ url, project }: HookPlace): string {
  return `${url}/${project.fullPath}`
}

function projectPart(place: HookPlace) {
  const { project } = place
  const url = projectUrl(place)
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    web_url: url,
    avatar_url: null,
    git_http_url: `${url}.git`,
    namespace: project.fullPath.split('/').slice(0, -1).join('/'),
    visibility_level: visibilityLevels[project.visibility],
    path_with_namespace: project.fullPath,
    default_branch: project.defaultBranch,
  }
}

function repositoryPart(place: HookPlace) {
  const url = projectUrl(place)
  const { name, description, visibility } = place.project
  return {
    name,
    url: `${url}.git`,
    description,
    homepage: url,
    git_http_url: `${url}.git`,
    visibility_level: visibilityLevels[visibility],
  }
}

function userPart({ user }: HookPlace) {
  if (user === null) return null
  return { id: numberOf(user.id), name: user.name, username: user.login, avatar_url: null, email: '[REDACTED]' }
}

function commitPart(commit: HookCommit, place: HookPlace) {
  const [, name = commit.author, email = ''] = /^(.*?) <(.*)>$/.exec(commit.author) ?? []
  return {
    id: commit.sha,
    message: commit.message,
    title: commit.message.split('\n', 1)[0] ?? '',
    timestamp: commit.timestamp,
    url: `${projectUrl(place)}/-/commit/${commit.sha}`,
    author: { name, email },
  }
}

function numberOf(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text)
}

function secondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
}
