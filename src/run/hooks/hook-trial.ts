// A hook is tried out: one delivery now, whose outcome is told to who asked and kept in the hook's log.
import type { Attempt, Outgoing } from '../../kit/delivery.ts'
import { isDelivered } from '../../kit/delivery.ts'
import type { Clock } from '../ports.ts'
import { type SampleDeps, sampleBody, sampleNeeds } from './event-samples.ts'
import type { HookAudience } from './hook-audience.ts'
import type { HookEvent, HookRecord, HookStore } from './hook-ports.ts'

export type HookTrial = (
  hook: HookRecord,
  event: HookEvent,
  userId: number | null,
) => Promise<{ readonly isDelivered: true } | { readonly isDelivered: false; readonly why: string }>

export type HookTrialDeps = SampleDeps & {
  readonly audience: Pick<HookAudience, 'placeOf'>
  readonly store: Pick<HookStore, 'addTried'>
  readonly attempt: (outgoing: Outgoing) => Promise<Attempt>
  readonly newId: () => string
  readonly clock: Clock
}

export function createHookTrial(deps: HookTrialDeps): HookTrial {
  return async (hook, event, userId) => {
    const place = await deps.audience.placeOf(hook.projectId, userId)
    const sample = place === null ? null : await sampleBody(deps, event, place)
    if (sample === null) return { isDelivered: false, why: `Ensure the project has ${sampleNeeds[event]}.` }
    const [eventId, body] = [deps.newId(), JSON.stringify(sample)]
    const tried = await deps.attempt({ ...hook, eventId, body })
    await deps.store.addTried({ hookId: hook.id, eventId, body, ...tried }, deps.clock.now().toISOString())
    if (isDelivered(tried)) return { isDelivered: true }
    return { isDelivered: false, why: tried.error ?? `${hook.url} answered ${tried.status}` }
  }
}
