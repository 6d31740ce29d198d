// Deleting many tags: by a policy on its schedule, or by hand with a policy's parameters. A preview tells beforehand what
// would go, what would stay and why, and how many bytes would come back. Tags go one by one, so that a run may be cut short
// at any moment and simply goes on the next time; other tags of the same digest are never touched.
import { type CleanupRules, nextRun, rulesOf, type Selection, selectTags } from '../cleanup.ts'
import type { ImageStore, RepositoryPlace } from '../ports.ts'
import { isProtectedTag } from '../protection.ts'
import { type Grace, reviewTime } from '../review.ts'
import type { ImageRecords, ImageUses, PolicyRecords, RepositorySummary, RuleRecords } from './ports.ts'

export type CleanupPreview = Selection & { readonly repository: RepositorySummary; readonly freedBytes: number }
export type CleanupProgress = { readonly deletedTags: number; readonly totalTags: number }

export type Cleaner = {
  /** @param repositoryId null: all repositories of the project */
  readonly preview: (
    projectId: number,
    rules: CleanupRules,
    repositoryId: number | null,
  ) => Promise<readonly CleanupPreview[]>
  /** Deletes what a preview would show at this moment. Ends early, without an error, when the signal aborts. */
  readonly clean: (request: {
    readonly projectId: number
    readonly repositoryId: number | null
    readonly rules: CleanupRules
    readonly username: string
    readonly signal: AbortSignal
    readonly onProgress?: (progress: CleanupProgress) => void
  }) => Promise<CleanupProgress>
  /** Runs the policies whose time has come. */
  readonly runDue: (signal: AbortSignal) => Promise<void>
}

const repositoriesAtOnce = 100
const policyName = 'cleanup policy'

export function createCleaner(deps: {
  readonly records: Pick<ImageRecords, 'repositoriesOf' | 'repositoryById' | 'allTags' | 'freedBytes'> &
    Pick<RuleRecords, 'rulesOf'> &
    PolicyRecords
  readonly store: Pick<ImageStore, 'deleteTag'>
  readonly uses: ImageUses
  readonly grace: Grace
  readonly clock: () => number
}): Cleaner {
  const { records, store, uses, grace, clock } = deps

  async function repositoriesIn(projectId: number, repositoryId: number | null): Promise<readonly RepositorySummary[]> {
    if (repositoryId !== null) {
      const one = await records.repositoryById(repositoryId)
      return one === null || one.projectId !== projectId ? [] : [one]
    }
    const all: RepositorySummary[] = []
    for (let offset = 0; ; offset += repositoriesAtOnce) {
      const { items } = await records.repositoriesOf([projectId], { limit: repositoriesAtOnce, offset })
      all.push(...items)
      if (items.length < repositoriesAtOnce) return all
    }
  }

  async function select(repository: RepositorySummary, rules: CleanupRules): Promise<Selection> {
    const { tagRules } = await records.rulesOf(repository.projectId)
    const used = (await uses.inUse(repository.projectId)).filter(use => use.suffix === repository.suffix)
    return selectTags(await records.allTags(repository.id), rules, {
      isProtected: tag => isProtectedTag(tagRules, tag),
      isInUse: tag => used.some(use => use.tag === tag.name || use.digest === tag.digest),
      nowMs: clock(),
    })
  }

  async function preview(
    projectId: number,
    rules: CleanupRules,
    repositoryId: number | null,
  ): Promise<readonly CleanupPreview[]> {
    const previews: CleanupPreview[] = []
    for (const repository of await repositoriesIn(projectId, repositoryId)) {
      const selection = await select(repository, rules)
      const freedBytes = await records.freedBytes(
        repository.id,
        selection.takes.map(tag => tag.name),
      )
      previews.push({ ...selection, repository, freedBytes })
    }
    return previews
  }

  const clean: Cleaner['clean'] = async ({ projectId, repositoryId, rules, username, signal, onProgress }) => {
    const plan: { readonly place: RepositoryPlace; readonly tag: string }[] = []
    for (const repository of await repositoriesIn(projectId, repositoryId)) {
      const { takes } = await select(repository, rules)
      plan.push(...takes.map(({ name }) => ({ place: repository, tag: name })))
    }
    let deletedTags = 0
    for (const { place, tag } of plan) {
      if (signal.aborted) break
      const deletion = {
        username,
        now: new Date(clock()).toISOString(),
        reviewAfter: reviewTime(clock(), grace.untaggedMs),
      }
      await store.deleteTag(place, tag, deletion)
      deletedTags++
      onProgress?.({ deletedTags, totalTags: plan.length })
    }
    return { deletedTags, totalTags: plan.length }
  }

  return {
    preview,
    clean,
    async runDue(signal) {
      for (const { projectId, policy } of await records.duePolicies(new Date(clock()).toISOString())) {
        if (signal.aborted) return
        const done = await clean({
          projectId,
          repositoryId: null,
          rules: rulesOf(policy),
          username: policyName,
          signal,
        })
        const unfinished = done.deletedTags < done.totalTags
        const finishedAt = new Date(clock()).toISOString()
        const next = unfinished ? finishedAt : nextRun(policy, clock())
        await records.policyRan(projectId, { finishedAt, deletedTags: done.deletedTags, unfinished }, next)
      }
    },
  }
}
