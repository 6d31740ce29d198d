import { change, getJson, getPage, type Page, type Query } from './client.ts'
import type { Visibility } from './projects.ts'

export type InstanceSettings = {
  readonly container_registry_enabled: boolean
  readonly signup_enabled: boolean
  readonly default_project_visibility: Visibility
  readonly default_branch_name: string
}

export function readSettings(signal: AbortSignal): Promise<InstanceSettings> {
  return getJson<InstanceSettings>('application/settings', { signal })
}

export function changeSettings(body: Partial<InstanceSettings>): Promise<InstanceSettings> {
  return change<InstanceSettings>('PUT', 'application/settings', { body })
}

export type AuditEvent = {
  readonly id: number
  readonly created_at: string
  readonly author_name: string
  readonly action: string
  readonly target: string
  readonly ip_address: string
}

export function listAuditEvents(query: Query, signal: AbortSignal): Promise<Page<AuditEvent>> {
  return getPage<AuditEvent>('audit_events', { query, signal })
}

export type QueuedJob = {
  readonly id: number
  readonly name: string
  readonly project_path: string
  readonly status: string
  readonly tags: readonly string[]
  readonly queued_at: string | null
  readonly started_at: string | null
}

export type Queue = {
  readonly pending: readonly QueuedJob[]
  readonly pending_total: number
  readonly running: readonly QueuedJob[]
  readonly running_total: number
}

export function readQueue(signal: AbortSignal): Promise<Queue> {
  return getJson<Queue>('slipway/queue', { signal })
}

export type StorageUse = { readonly name: string; readonly size_bytes: number }
export type Storage = {
  readonly uses: readonly StorageUse[]
  readonly free_bytes: number | null
  readonly total_bytes: number | null
}

export function readStorage(signal: AbortSignal): Promise<Storage> {
  return getJson<Storage>('slipway/storage', { signal })
}
