// What the registry's resources share: what they are given, and how they find the repository that a request names.
import type { FastifyRequest } from 'fastify'
import type { Access } from '../../access/ports.ts'
import type { Upstream } from '../../registry/cache/ports.ts'
import type { RepositorySummary } from '../../registry/management/ports.ts'
import type { BlobStorage } from '../../registry/ports.ts'
import { nameBelow } from '../../registry/projects.ts'
import type { Registry, RegistryRecords } from '../../registry/registry.ts'
import type { RemovalTarget } from '../../registry/removal.ts'
import { notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import type { RepositoryNames } from './registry-entity.ts'

export type RegistryApiDeps = {
  readonly access: Access
  readonly registry: Registry
  readonly store: RegistryRecords
  readonly storage: BlobStorage
  readonly upstreams: readonly Upstream[]
  /** Seals the secret of a webhook of this project. */
  readonly sealSecret: (secret: string, projectId: number) => Uint8Array
  /** As docker sees the registry. */
  readonly registryUrl: string
  readonly clock: () => number
}

export type FoundRepository = {
  readonly repository: RepositorySummary
  readonly names: RepositoryNames
  readonly target: RemovalTarget
}

/** The repository `:repository_id` of the project that the policy let through. */
export async function repositoryOf(request: FastifyRequest, deps: RegistryApiDeps): Promise<FoundRepository> {
  const { repository_id: id } = request.params as { readonly repository_id: number }
  const access = projectOf(request)
  const repository = await deps.store.repositoryById(id)
  if (repository === null || repository.projectId !== access.project.id) throw notFound('Repository')
  const names = namesOf(access.project.fullPath, repository.suffix, deps.registryUrl)
  return { repository, names, target: { name: names.path, place: repository, access, actor: request.actor } }
}

export function namesOf(projectPath: string, suffix: string, registryUrl: string): RepositoryNames {
  const path = nameBelow(projectPath, suffix)
  return { path, location: `${new URL(registryUrl).host}/${path}` }
}
