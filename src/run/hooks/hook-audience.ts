// The hooks of a project that want to hear of an event, and how they are told. What is remembered of hooks is short-lived:
// another process may have changed them.
import { createExpiringCache } from '../../kit/expiring-cache.ts'
import type { Clock, Directory } from '../ports.ts'
import type { HookPlace } from './hook-place.ts'
import type { HookEvent, HookRecord, HookStore } from './hook-ports.ts'

export type HookAudience = {
  readonly of: (projectId: number) => Promise<readonly HookRecord[]>
  readonly wanting: (projectId: number, event: HookEvent) => Promise<readonly HookRecord[]>
  /** Null: the project is gone. */
  readonly placeOf: (projectId: number, userId: number | null) => Promise<HookPlace | null>
  readonly tell: (hooks: readonly HookRecord[], payload: object) => Promise<void>
  readonly forget: () => void
}

export type HookAudienceDeps = {
  readonly store: Pick<HookStore, 'list' | 'addDeliveries'>
  readonly directory: Pick<Directory, 'project' | 'user'>
  readonly url: string
  readonly newId: () => string
  readonly clock: Clock
  /** Something is to be delivered. */
  readonly wake: () => void
}

const hooksKeptMs = 5000
const mostProjects = 500

export function createHookAudience(deps: HookAudienceDeps): HookAudience {
  const { store, directory, clock } = deps
  const known = createExpiringCache<readonly HookRecord[]>({
    lifetimeMs: hooksKeptMs,
    maxEntries: mostProjects,
    clock: () => clock.now().getTime(),
  })
  const of = (projectId: number) => known.get(String(projectId), () => store.list(projectId))
  return {
    of,
    wanting: async (projectId, event) => (await of(projectId)).filter(hook => hook.events.includes(event)),
    async placeOf(projectId, userId) {
      const project = (await directory.project(projectId))?.project
      if (project === undefined) return null
      const user = userId === null ? null : await directory.user(userId)
      return { url: deps.url, project, user: user?.facts ?? null }
    },
    async tell(hooks, payload) {
      const [eventId, body] = [deps.newId(), JSON.stringify(payload)]
      await store.addDeliveries(
        hooks.map(hook => ({ hookId: hook.id, eventId, body })),
        clock.now().toISOString(),
      )
      deps.wake()
    },
    forget: known.clear,
  }
}
