// Webhooks of projects: who is told of what, and how that is kept.
import type { Attempt, DeliveryRecords } from '../../kit/delivery.ts'

export const hookEvents = ['push', 'tag_push', 'pipeline', 'job', 'deployment', 'releases', 'merge_requests'] as const
export type HookEvent = (typeof hookEvents)[number]

export type HookRecord = {
  readonly id: number
  readonly projectId: number
  readonly url: string
  readonly name: string
  readonly description: string
  /** Signs the deliveries, and stands in `X-Gitlab-Token`. */
  readonly sealedSecret: Uint8Array | null
  readonly events: readonly HookEvent[]
  /** A name or a wildcard for the branches of `push`; empty: all. */
  readonly branchFilter: string
  readonly createdAt: string
}

export type HookChange = Partial<Omit<HookRecord, 'id' | 'projectId' | 'createdAt'>>

/** Deliveries of one event to one hook are written once, however often they are asked for. */
export type HookStore = DeliveryRecords & {
  readonly list: (projectId: number) => Promise<readonly HookRecord[]>
  readonly byId: (projectId: number, id: number) => Promise<HookRecord | null>
  readonly create: (hook: Omit<HookRecord, 'id'>) => Promise<HookRecord>
  readonly update: (id: number, change: HookChange) => Promise<void>
  readonly delete: (id: number) => Promise<void>
  readonly addDeliveries: (
    deliveries: readonly { readonly hookId: number; readonly eventId: string; readonly body: string }[],
    now: string,
  ) => Promise<void>
  /** One that was tried already, and is not tried again by itself. */
  readonly addTried: (
    delivery: { readonly hookId: number; readonly eventId: string; readonly body: string } & Attempt,
    now: string,
  ) => Promise<void>
}
