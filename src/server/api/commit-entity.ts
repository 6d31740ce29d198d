// Commits as GitLab's API shows them.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Commit } from '../../git/object-format.ts'

export const commitEntity = Type.Object({
  id: Type.String(),
  short_id: Type.String(),
  created_at: Type.String(),
  parent_ids: Type.Array(Type.String()),
  title: Type.String(),
  message: Type.String(),
  author_name: Type.String(),
  author_email: Type.String(),
  authored_date: Type.String(),
  committer_name: Type.String(),
  committer_email: Type.String(),
  committed_date: Type.String(),
  trailers: Type.Object({}),
  web_url: Type.String(),
})

/** @param projectUrl the project's page */
export function toCommit(commit: Commit, projectUrl: string): Static<typeof commitEntity> {
  return {
    id: commit.sha,
    short_id: commit.sha.slice(0, 8),
    created_at: commit.committer.date,
    parent_ids: [...commit.parents],
    title: commit.message.split('\n', 1)[0] ?? '',
    message: commit.message,
    author_name: commit.author.name,
    author_email: commit.author.email,
    authored_date: commit.author.date,
    committer_name: commit.committer.name,
    committer_email: commit.committer.email,
    committed_date: commit.committer.date,
    trailers: {},
    web_url: `${projectUrl}/-/commit/${commit.sha}`,
  }
}
