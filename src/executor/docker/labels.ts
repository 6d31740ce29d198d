// Every object that Slipway makes in an engine bears these labels, so that whatever is left of a job is found again.
import type { RoomKey } from '../port.ts'

export type RoomKind = 'job' | 'service' | 'pause' | 'builds' | 'certificates' | 'layers' | 'network'

export type RoomLabels = {
  readonly runnerId: string
  /** One set of objects that live and die together. A spare has no job yet: its labels cannot be changed later. */
  readonly roomId: string
  readonly key: RoomKey | null
  readonly projectId: number | null
  readonly deadline: string | null
}

export function labelsOf(room: RoomLabels, kind: RoomKind): Record<string, string> {
  return {
    slipway: 'true',
    'slipway.kind': kind,
    'slipway.runner': room.runnerId,
    'slipway.room': room.roomId,
    ...(room.key === null ? {} : { 'slipway.job': String(room.key.jobId), 'slipway.lease': String(room.key.lease) }),
    ...(room.projectId === null ? {} : { 'slipway.project': String(room.projectId) }),
    ...(room.deadline === null ? {} : { 'slipway.deadline': room.deadline }),
  }
}

export function keyOf(labels: Readonly<Record<string, string>> | undefined): RoomKey | null {
  const jobId = Number(labels?.['slipway.job'])
  const lease = Number(labels?.['slipway.lease'])
  return Number.isInteger(jobId) && Number.isInteger(lease) ? { jobId, lease } : null
}

export function runnerFilter(runnerId: string): { label: string[] } {
  return { label: [`slipway.runner=${runnerId}`] }
}

export function roomFilter(roomId: string): { label: string[] } {
  return { label: [`slipway.room=${roomId}`] }
}

export function keyFilter(runnerId: string, key: RoomKey): { label: string[] } {
  return { label: [`slipway.runner=${runnerId}`, `slipway.job=${key.jobId}`, `slipway.lease=${key.lease}`] }
}

export function objectName(room: RoomLabels, kind: string): string {
  return `slipway-${room.roomId}-${kind}`
}
