// What a project's maintainers decided about its registry: protected repositories and tags, immutable tags, the quota. A
// refusal is 403 with a sentence that docker shows. The rules may be a second old.
import type { Actor } from '../access/model.ts'
import type { ProjectAccess } from '../access/ports.ts'
import { createExpiringCache } from '../kit/expiring-cache.ts'
import { RegistryError } from './errors.ts'
import type { ProjectRules, RuleRecords } from './management/ports.ts'
import { type Change, immutableTags, protectionLevels, refuseRepository, refuseTag } from './protection.ts'

/** Who changes which repository. */
export type Changed = { readonly name: string; readonly access: ProjectAccess; readonly actor: Actor }

export type Limits = {
  /** @throws RegistryError DENIED */
  readonly demandRepository: (changed: Changed, change: Change) => Promise<void>
  /** @throws RegistryError DENIED */
  readonly demandTags: (changed: Changed, tags: readonly string[], change: Change) => Promise<void>
  readonly immutable: (projectId: number, tags: readonly string[]) => Promise<readonly string[]>
  /** Gives what is to be asked with each size that an upload grows to. @throws RegistryError DENIED when nothing is left */
  readonly room: (projectId: number) => Promise<(sizeBytes: number) => void>
}

const cacheMs = 1000

export function createLimits(records: Pick<RuleRecords, 'rulesOf' | 'usedBytes'>, clock: () => number): Limits {
  const cache = createExpiringCache<ProjectRules>({ lifetimeMs: cacheMs, maxEntries: 10_000, clock })
  const used = createExpiringCache<number>({ lifetimeMs: cacheMs, maxEntries: 10_000, clock })
  const rulesOf = (projectId: number) => cache.get(String(projectId), () => records.rulesOf(projectId))

  return {
    async demandRepository(changed, change) {
      const { repositoryRules } = await rulesOf(changed.access.project.id)
      const refusal = refuseRepository(repositoryRules, changed.name, change, levelOf(changed))
      if (refusal !== null) throw new RegistryError('DENIED', refusal)
    },

    async demandTags(changed, tags, change) {
      const { tagRules } = await rulesOf(changed.access.project.id)
      for (const tag of tags) {
        const refusal = refuseTag(tagRules, tag, change, levelOf(changed))
        if (refusal !== null) throw new RegistryError('DENIED', refusal)
      }
    },

    async immutable(projectId, tags) {
      return immutableTags((await rulesOf(projectId)).tagRules, tags)
    },

    async room(projectId) {
      const { quotaBytes } = await rulesOf(projectId)
      if (quotaBytes === null) return () => {}
      const usedBytes = await used.get(String(projectId), () => records.usedBytes(projectId))
      const refuseBeyond = (sizeBytes: number) => {
        if (usedBytes + sizeBytes > quotaBytes) throw overQuota(usedBytes, quotaBytes)
      }
      if (usedBytes >= quotaBytes) throw overQuota(usedBytes, quotaBytes)
      return refuseBeyond
    },
  }
}

function levelOf({ access, actor }: Changed): number {
  return actor.kind === 'user' && actor.isAdmin ? protectionLevels.admin : access.level
}

function overQuota(usedBytes: number, quotaBytes: number): RegistryError {
  const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  return new RegistryError(
    'DENIED',
    `the project's registry is full: ${mebibytes(usedBytes)} of ${mebibytes(quotaBytes)} are used. Delete tags, or ask for more`,
  )
}
