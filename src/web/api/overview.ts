import { getJson } from './client.ts'
import type { PipelineRow } from './pipelines.ts'

/** Over all projects that the reader sees, newest first. */
export type Overview = {
  readonly running: readonly PipelineRow[]
  /** The newest pipeline of a branch or tag, where it failed. */
  readonly failed: readonly PipelineRow[]
  readonly recent: readonly PipelineRow[]
  readonly projects: readonly {
    readonly id: number
    readonly path: string
    readonly name: string
    readonly last_pipeline: PipelineRow | null
  }[]
  readonly queue: {
    readonly pending: number
    readonly running: number
    readonly runners_online: number
    readonly runners: number
  }
}

export function readOverview(signal: AbortSignal): Promise<Overview> {
  return getJson<Overview>('slipway/overview', { signal })
}
