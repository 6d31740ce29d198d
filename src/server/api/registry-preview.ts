// What a deletion of many tags would take, what it would keep and why, and how many bytes would come back.
import { Type } from '@fastify/type-provider-typebox'
import type { CleanupPreview } from '../../registry/management/cleaner.ts'
import { namesOf, type RegistryApiDeps } from './registry-deps.ts'

export const previewEntity = Type.Object({
  repositories: Type.Array(
    Type.Object({
      id: Type.Integer(),
      path: Type.String(),
      deletes: Type.Array(Type.Object({ name: Type.String(), digest: Type.String(), published_at: Type.String() })),
      keeps: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() })),
      freed_bytes: Type.Integer(),
    }),
  ),
  deleted_tags: Type.Integer(),
  freed_bytes: Type.Integer(),
})

export function toPreview(previews: readonly CleanupPreview[], projectPath: string, deps: RegistryApiDeps) {
  const repositories = previews.map(({ repository, takes, keeps, freedBytes }) => ({
    id: repository.id,
    path: namesOf(projectPath, repository.suffix, deps.registryUrl).path,
    deletes: takes.map(tag => ({ name: tag.name, digest: tag.digest, published_at: tag.pushedAt })),
    keeps: keeps.map(({ tag, reason }) => ({ name: tag.name, reason })),
    freed_bytes: freedBytes,
  }))
  return {
    repositories,
    deleted_tags: repositories.reduce((sum, repository) => sum + repository.deletes.length, 0),
    freed_bytes: repositories.reduce((sum, repository) => sum + repository.freed_bytes, 0),
  }
}
