// What the runner's owner decides about the engine's use; made from `runner.config.ts`.
import type { ContainerLimits } from './plan.ts'
import type { DockerPolicy } from './policy.ts'

/** Where jobs may reach: whatever their host does, or our server alone (and their own services). */
export const egresses = ['all', 'server'] as const
export type Egress = (typeof egresses)[number]

export type DockerSettings = {
  readonly egress: Egress
  readonly policy: DockerPolicy
  readonly jobLimits: ContainerLimits
  readonly serviceLimits: ContainerLimits
  readonly services: {
    readonly readyTimeoutMs: number
    readonly dockerReadyTimeoutMs: number
    /** True: a service that is not ready in time fails the job, instead of a warning. */
    readonly failWhenNotReady: boolean
  }
  readonly spares: {
    /** Networks held ready for jobs without services. */
    readonly networks: number
    /** Docker services held ready for each configuration that was asked for lately. */
    readonly dockers: number
    /** Of all kinds together. */
    readonly most: number
    readonly keepMs: number
  }
  /**
   * Jobs without services that need no server of ours share the engine's own bridge with whatever else is there: as
   * `docker run` does, quicker, and less apart.
   */
  readonly usesDefaultBridge: boolean
  /** Bytes of layers that stay from job to job; 0: none. */
  readonly keepLayersBytes: number
  /** Whether they also stay when the runner has ended in order. */
  readonly keepLayersAfterEnd: boolean
  readonly mirrors: readonly string[]
  /** How long the engine may take to end what was killed, and to remove it; after that it is left behind. */
  readonly patience: { readonly killMs: number; readonly removeMs: number }
  readonly images: { readonly unreachableForMs: number; readonly stallMs: number }
}
