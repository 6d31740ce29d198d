// Where an event happened, and the parts that payloads have in common, in GitLab's words. Pure.
import type { CommitFacts, UserFacts } from '../../pipeline/context.ts'

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
  /** Who did it. */
  readonly user: UserFacts | null
}

export type HookCommit = CommitFacts & { readonly sha: string }

const visibilityLevels = { private: 0, internal: 10, public: 20 } as const

export function projectUrl({ url, project }: HookPlace): string {
  return `${url}/${project.fullPath}`
}

export function projectPart(place: HookPlace) {
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

export function repositoryPart(place: HookPlace) {
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

export function userPart({ user }: HookPlace) {
  if (user === null) return null
  return { id: numberOf(user.id), name: user.name, username: user.login, avatar_url: null, email: '[REDACTED]' }
}

export function commitPart(commit: HookCommit, place: HookPlace) {
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

export function numberOf(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text)
}
