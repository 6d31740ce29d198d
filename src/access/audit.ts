// The record of who changed what. It never holds a secret: values are not told, only names.
import type { Actor } from './model.ts'
import type { AuditStore } from './store-ports.ts'

export type Audit = {
  readonly record: (event: {
    readonly actor: Actor
    readonly address: string
    readonly action: string
    readonly projectId?: number | null
    readonly groupId?: number | null
    readonly target: string
    readonly detail?: Readonly<Record<string, unknown>>
  }) => Promise<void>
}

export function createAudit(deps: { readonly store: AuditStore; readonly now: () => Date }): Audit {
  return {
    record: async event => {
      const { actor } = event
      await deps.store.add({
        at: deps.now().toISOString(),
        userId: actor.kind === 'user' || actor.kind === 'job' ? actor.userId : null,
        username: actor.kind === 'anonymous' ? '' : actor.username,
        action: event.action,
        projectId: event.projectId ?? null,
        groupId: event.groupId ?? null,
        target: event.target,
        detail: { ...event.detail, ...(actor.kind === 'job' ? { job: actor.jobId } : {}) },
        address: event.address,
      })
    },
  }
}
