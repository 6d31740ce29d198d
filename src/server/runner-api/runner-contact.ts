// Notes that a runner was heard of, at most once in a while: every wish and heartbeat would else be a write.
import { Type } from '@fastify/type-provider-typebox'
import type { RunnerStore } from '../../run/store-ports.ts'

/** What a runner tells about itself. */
export const runnerInfo = Type.Optional(
  Type.Object({
    version: Type.Optional(Type.String({ maxLength: 255 })),
    platform: Type.Optional(Type.String({ maxLength: 255 })),
    architecture: Type.Optional(Type.String({ maxLength: 255 })),
  }),
)

export type RunnerInfo = { readonly version?: string; readonly platform?: string; readonly architecture?: string }

export type RunnerContact = { readonly note: (runnerId: number, info?: RunnerInfo) => Promise<void> }

const everyMs = 10_000

export function createRunnerContact(deps: {
  readonly runners: Pick<RunnerStore, 'contacted'>
  readonly now: () => Date
}): RunnerContact {
  const notedAtMs = new Map<number, number>()
  return {
    async note(runnerId, info = {}) {
      const now = deps.now()
      if (now.getTime() - (notedAtMs.get(runnerId) ?? Number.NEGATIVE_INFINITY) < everyMs) return
      notedAtMs.set(runnerId, now.getTime())
      const { version, platform, architecture } = info
      await deps.runners.contacted(runnerId, {
        at: now.toISOString(),
        ...(version === undefined ? {} : { version }),
        ...(platform === undefined ? {} : { platform }),
        ...(architecture === undefined ? {} : { architecture }),
      })
    },
  }
}
