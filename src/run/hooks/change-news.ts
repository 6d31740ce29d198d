// Releases, merge requests and deployments are changed by pushes, by jobs and by the API: whoever changes them goes through their stores,
// so it is there that hooks are told.
import type { MergeRequestRecord, MergeRequestStore } from '../merge-request-ports.ts'
import type { ReleaseRecord, ReleaseStore } from '../release-ports.ts'
import type { EnvironmentStore } from '../store-ports.ts'
import type { EventBodies } from './event-bodies.ts'
import type { HookAudience } from './hook-audience.ts'
import type { ReleaseNews } from './release-payload.ts'
import type { RunNews } from './run-news.ts'

export type ChangeNews = {
  /** The same store, whose changes are heard. */
  readonly releases: (store: ReleaseStore) => ReleaseStore
  readonly mergeRequests: (store: MergeRequestStore) => MergeRequestStore
  /** Deployments of other tools; those of jobs are heard of with their jobs. */
  readonly environments: (store: EnvironmentStore) => EnvironmentStore
}

export type ChangeNewsDeps = {
  readonly audience: HookAudience
  readonly bodies: EventBodies
  readonly tellDeployment: RunNews['tellDeployment']
  readonly soon: (work: () => Promise<void>) => void
}

export function createChangeNews({ audience, bodies, tellDeployment, soon }: ChangeNewsDeps): ChangeNews {
  async function tellRelease(action: ReleaseNews['action'], release: ReleaseRecord): Promise<void> {
    const hooks = await audience.wanting(release.projectId, 'releases')
    const place = hooks.length === 0 ? null : await audience.placeOf(release.projectId, release.authorId)
    if (place !== null) await audience.tell(hooks, await bodies.release(action, release, place))
  }

  async function tellMergeRequest(
    change: { readonly before: MergeRequestRecord | null; readonly after: MergeRequestRecord },
    userId: number | null,
  ): Promise<void> {
    const { projectId } = change.after
    const hooks = await audience.wanting(projectId, 'merge_requests')
    const place = hooks.length === 0 ? null : await audience.placeOf(projectId, userId)
    if (place !== null) await audience.tell(hooks, await bodies.mergeRequest(change, place))
  }

  return {
    releases: store => ({
      ...store,
      async create(release) {
        const made = await store.create(release)
        if (made !== null) soon(() => tellRelease('create', made))
        return made
      },
      async update(release, change) {
        const changed = await store.update(release, change)
        soon(() => tellRelease('update', changed))
        return changed
      },
      async delete(release) {
        await store.delete(release)
        soon(() => tellRelease('delete', release))
      },
    }),
    mergeRequests: store => ({
      ...store,
      async create(mergeRequest, at) {
        const after = await store.create(mergeRequest, at)
        soon(() => tellMergeRequest({ before: null, after }, after.authorId))
        return after
      },
      async update(before, change, by) {
        const after = await store.update(before, change, by)
        if (after !== null) soon(() => tellMergeRequest({ before, after }, by.userId))
        return after
      },
    }),
    environments: store => ({
      ...store,
      async createDeployment(deployment) {
        const made = await store.createDeployment(deployment)
        soon(() => tellDeployment(made))
        return made
      },
      async changeDeployment(deployment, change) {
        const changed = await store.changeDeployment(deployment, change)
        soon(() => tellDeployment(changed))
        return changed
      },
    }),
  }
}
