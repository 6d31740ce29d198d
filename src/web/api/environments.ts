import type { Named } from '../ui/person.tsx'
import { change, getPage, type Page, projectUrl, type Query } from './client.ts'

export type Deployment = {
  readonly id: number
  readonly iid: number
  readonly ref: string
  readonly tag: boolean
  readonly sha: string
  readonly status: string
  readonly created_at: string
  readonly user: Named | null
  /** The job; null: another tool deployed it. */
  readonly deployable?: {
    readonly id: number
    readonly name: string
    readonly status: string
    readonly pipeline?: { readonly id: number }
  } | null
}

export type Environment = {
  readonly id: number
  readonly name: string
  readonly slug: string
  readonly external_url: string | null
  readonly state: 'available' | 'stopping' | 'stopped'
  readonly tier: string
  readonly created_at: string
  readonly updated_at: string
  readonly auto_stop_at?: string | null
  readonly last_deployment?: Deployment | null
}

export function listEnvironments(project: string, query: Query, signal: AbortSignal): Promise<Page<Environment>> {
  return getPage<Environment>(projectUrl(project, 'environments'), { query, signal })
}

export function stopEnvironment(project: string, id: number): Promise<unknown> {
  return change('POST', projectUrl(project, `environments/${id}/stop`))
}

export function deleteEnvironment(project: string, id: number): Promise<unknown> {
  return change('DELETE', projectUrl(project, `environments/${id}`))
}

export function listDeployments(project: string, environment: string, signal: AbortSignal): Promise<Page<Deployment>> {
  return getPage<Deployment>(projectUrl(project, 'deployments'), {
    query: { environment, order_by: 'id', sort: 'desc', per_page: 10 },
    signal,
  })
}
