import { change, getAll } from './client.ts'
import { registryUrl } from './registry.ts'

/** This project's pipeline runs when the image of another project is pushed. */
export type Follow = {
  readonly id: number
  readonly repository: string
  readonly tag_pattern: string
  readonly ref: string
  readonly runs: readonly {
    readonly digest: string
    readonly at: string
    readonly pipeline_id: number | null
    readonly error: string | null
  }[]
}

export type FollowInput = {
  readonly project: string
  readonly image?: string
  readonly tag_pattern: string
  readonly ref: string
}

export function listFollows(project: string, signal: AbortSignal): Promise<readonly Follow[]> {
  return getAll<Follow>(registryUrl(project, 'follows'), { signal })
}

export function addFollow(project: string, body: FollowInput): Promise<Follow> {
  return change<Follow>('POST', registryUrl(project, 'follows'), { body })
}

export function removeFollow(project: string, id: number): Promise<unknown> {
  return change('DELETE', registryUrl(project, `follows/${id}`))
}
