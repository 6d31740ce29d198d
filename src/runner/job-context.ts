// What the stages of one job share.

import type { Egress } from '../executor/docker/settings.ts'
import type { Executor, PullPolicy, RegistryCredential, RoomOrder } from '../executor/port.ts'
import type { Owner } from '../kit/owner.ts'
import type { CapSizes } from '../logs/cap.ts'
import type { JobVariable } from '../run/protocol.ts'
import type { Git } from './git-command.ts'
import type { GitCopies } from './git-copies.ts'
import type { GitMirrors } from './git-mirror.ts'
import type { JobFolder } from './job-folder.ts'
import type { Clock, LeaseKey, ServerClient } from './ports.ts'
import { roomOrder } from './room-order.ts'
import type { SectionLog } from './sections.ts'
import type { Trace } from './trace.ts'
import { jobVariables } from './variables.ts'

/** The same for all jobs of a runner. */
export type JobWorld = {
  readonly executor: Executor
  readonly server: ServerClient
  readonly git: Git
  readonly mirrors: GitMirrors
  readonly copies: GitCopies
  readonly clock: Clock
  readonly owner: Owner
  readonly settings: JobSettings
  readonly onProblem: (message: string, error: unknown) => void
  /** When the last job has ended. */
  readonly close: () => Promise<void>
}

export type JobSettings = {
  readonly serverUrl: string
  readonly egress: Egress
  /** Who signed the server's certificate, when no public authority did. */
  readonly authority: { readonly file: string; readonly pem: string } | null
  readonly runnerName: string
  readonly version: string
  readonly architecture: string
  readonly buildsDirectory: string
  readonly defaultImage: string
  readonly pullPolicies: readonly PullPolicy[]
  readonly credentials: readonly RegistryCredential[]
  readonly cap: CapSizes
  /** Between TERM and KILL. */
  readonly graceMs: number
  readonly maxTimeoutSeconds: number
}

/** Each carries a `StopReason`. */
export type JobSignals = {
  /** Any reason to stop what is done towards the script. */
  readonly work: AbortSignal
  /** Any reason to stop what comes after it: not a cancel. */
  readonly rest: AbortSignal
  /** The same two without the hand-over, which leaves a shell that runs as it is. */
  readonly endScript: AbortSignal
  readonly endAfterScript: AbortSignal
  readonly leave: AbortSignal
}

export type JobContext = {
  readonly key: LeaseKey
  readonly folder: JobFolder
  readonly variables: readonly JobVariable[]
  readonly order: RoomOrder
  readonly trace: Trace
  readonly sections: SectionLog
  readonly signals: JobSignals
}

export function planJob(
  folder: JobFolder,
  { settings, slot }: { readonly settings: JobSettings; readonly slot: number },
): { readonly variables: readonly JobVariable[]; readonly order: RoomOrder } {
  const { payload } = folder
  const { startedAt } = folder.state()
  const variables = jobVariables(payload, {
    ...settings,
    concurrentId: slot,
    concurrentProjectId: slot,
    startedAt,
    jobImage: payload.image?.name ?? settings.defaultImage,
    serverAuthority: settings.authority?.pem ?? payload.slipway.registry?.ca ?? null,
  })
  const order = roomOrder(payload, variables, { ...settings, deadline: deadlineOf(folder, settings) })
  return { variables, order }
}

/** What must not be seen in the log. */
export function secretsOf({ payload }: JobFolder): readonly string[] {
  return [
    payload.token,
    payload.slipway.lease_token,
    ...payload.variables.filter(variable => variable.masked).map(variable => variable.value),
    ...payload.credentials.map(credential => credential.password),
    ...payload.dependencies.map(dependency => dependency.token),
  ].filter(secret => secret !== '')
}

export function timeoutSecondsOf({ payload }: JobFolder, { maxTimeoutSeconds }: JobSettings): number {
  return Math.min(payload.runner_info.timeout || maxTimeoutSeconds, maxTimeoutSeconds)
}

/** Long after any job has ended: for what was left and whose runner is no more. */
function deadlineOf(folder: JobFolder, settings: JobSettings): string {
  const spareMs = 3_600_000
  return new Date(
    Date.parse(folder.state().startedAt) + timeoutSecondsOf(folder, settings) * 1000 + spareMs,
  ).toISOString()
}
