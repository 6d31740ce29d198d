import { zeroSha } from '../creation-context.ts'
import { commitPart, type HookCommit, type HookPlace, numberOf, projectPart, repositoryPart } from './hook-place.ts'

export type RefPush = {
  readonly kind: 'push' | 'tag_push'
  readonly ref: string
  readonly before: string
  readonly after: string
  /** The newest last, as far as they are listed. */
  readonly commits: readonly HookCommit[]
  readonly totalCommits: number
}

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
