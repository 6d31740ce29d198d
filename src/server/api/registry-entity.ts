// Repositories and tags of the registry as GitLab's API shows them, with what Slipway knows beyond.
import { Type } from '@fastify/type-provider-typebox'
import type { ImageFacts } from '../../registry/management/inspect.ts'
import type { RepositorySummary, TagSummary } from '../../registry/management/ports.ts'
import { hexOf } from '../../registry/reference.ts'
import { nullableInteger, nullableString } from '../schema.ts'

export const tagEntity = Type.Object({ name: Type.String(), path: Type.String(), location: Type.String() })

export const repositoryEntity = Type.Object({
  id: Type.Integer(),
  /** What follows the project's path. */
  name: Type.String(),
  path: Type.String(),
  project_id: Type.Integer(),
  location: Type.String(),
  created_at: Type.String(),
  cleanup_policy_started_at: nullableString,
  status: nullableString,
  tags_count: Type.Integer(),
  size: Type.Integer({ description: 'Bytes, each blob once.' }),
  last_published_at: nullableString,
  tags: Type.Optional(Type.Array(tagEntity)),
})

export const platformEntity = Type.Object({
  os: Type.String(),
  architecture: Type.String(),
  variant: nullableString,
  digest: Type.String(),
})

export const tagSummaryEntity = Type.Object({
  name: Type.String(),
  path: Type.String(),
  location: Type.String(),
  revision: Type.String(),
  short_revision: Type.String(),
  digest: Type.String(),
  media_type: Type.String(),
  total_size: Type.Integer(),
  created_at: Type.String({ description: 'When the tag was first pushed.' }),
  published_at: Type.String({ description: 'When it was last pushed.' }),
  pushed_by: Type.Object({ id: nullableInteger, username: Type.String() }),
  job_id: nullableInteger,
  pipeline_id: nullableInteger,
  commit_sha: nullableString,
  last_pulled_at: nullableString,
  same_digest: Type.Array(Type.String(), { description: 'Other tags on this digest; deleting this one leaves them.' }),
})

export const tagDetailEntity = Type.Object({
  ...tagSummaryEntity.properties,
  platforms: Type.Array(platformEntity),
  attestations: Type.Integer(),
  referrers: Type.Integer({ description: 'Signatures, bills of materials and the like; at most 100 are counted.' }),
  artifact_type: nullableString,
  image_created_at: nullableString,
})

/** How a repository is called: `path` as in the API, `location` as docker has it. */
export type RepositoryNames = { readonly path: string; readonly location: string }

export function toRepository(repository: RepositorySummary, names: RepositoryNames) {
  return {
    id: repository.id,
    name: repository.suffix,
    path: names.path,
    project_id: repository.projectId,
    location: names.location,
    created_at: repository.createdAt,
    cleanup_policy_started_at: null,
    status: null,
    tags_count: repository.tagCount,
    size: repository.usedBytes,
    last_published_at: repository.lastPushedAt,
  }
}

export function toTag(name: string, names: RepositoryNames) {
  return { name, path: `${names.path}:${name}`, location: `${names.location}:${name}` }
}

export function toTagSummary(tag: TagSummary, names: RepositoryNames) {
  const revision = tag.configDigest === null ? hexOf(tag.digest) : hexOf(tag.configDigest)
  return {
    ...toTag(tag.name, names),
    revision,
    short_revision: revision.slice(0, 9),
    digest: tag.digest,
    media_type: tag.mediaType,
    total_size: tag.contentBytes,
    created_at: tag.createdAt,
    published_at: tag.pushedAt,
    pushed_by: { id: tag.pushedByUserId, username: tag.pushedBy },
    job_id: tag.jobId,
    pipeline_id: tag.pipelineId,
    commit_sha: tag.commitSha,
    last_pulled_at: tag.lastPulledAt,
    same_digest: [...tag.siblings],
  }
}

export function toTagDetail(tag: TagSummary, names: RepositoryNames, facts: ImageFacts) {
  return {
    ...toTagSummary(tag, names),
    platforms: facts.platforms.map(platform => ({ ...platform })),
    attestations: facts.attestations,
    referrers: facts.referrers,
    artifact_type: facts.artifactType,
    image_created_at: facts.madeAt,
  }
}
