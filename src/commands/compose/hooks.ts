// Webhooks of projects: what they are told, and the deliveries on their way.
import { randomUUID } from 'node:crypto'
import type { Accounts } from '../../access/accounts.ts'
import type { Vault } from '../../access/vault.ts'
import type { ServerConfig } from '../../config.ts'
import type { Repositories } from '../../git/repositories.ts'
import { createDeliverer } from '../../kit/deliverer.ts'
import type { Outgoing } from '../../kit/delivery.ts'
import { createPost } from '../../kit/post.ts'
import { createRepeater } from '../../kit/repeater.ts'
import { zeroSha } from '../../run/creation-context.ts'
import { createEventBodies, type EventBodiesDeps } from '../../run/hooks/event-bodies.ts'
import { createHookAudience } from '../../run/hooks/hook-audience.ts'
import { hookNameOf } from '../../run/hooks/hook-name.ts'
import type { HookCommit } from '../../run/hooks/hook-place.ts'
import type { HookStore } from '../../run/hooks/hook-ports.ts'
import { createHookTeller, type HookTeller } from '../../run/hooks/hook-teller.ts'
import { createHookTrial, type HookTrial } from '../../run/hooks/hook-trial.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { RefChange } from '../../run/trigger.ts'
import type { Database } from '../../store/database.ts'
import { createEnvironmentStore } from '../../store/run/environment-store.ts'
import { createHookStore } from '../../store/run/hook-store.ts'
import { createMergeRequestStore } from '../../store/run/merge-request-store.ts'
import { createReleaseStore } from '../../store/run/release-store.ts'
import { systemClock } from './clock.ts'

export type OpenHooks = {
  readonly teller: HookTeller
  readonly store: HookStore
  readonly tryOut: HookTrial
  readonly seal: (secret: string, projectId: number) => Uint8Array
  readonly close: () => Promise<void>
}

const deliverMs = 5000

export function openHooks(deps: {
  readonly config: ServerConfig
  readonly database: Database
  readonly reads: RunReader
  readonly accounts: Accounts
  readonly repositories: Repositories
  readonly vault: Vault
  readonly onBug: (error: unknown, what: string) => void
}): OpenHooks {
  const { config, database, vault, onBug, repositories } = deps
  const store = createHookStore(database)
  const stopping = new AbortController()
  const deliverer = createDeliverer({
    records: store,
    post: createPost({ mayReachInner: config.innerWebhooks }),
    openSecret: (sealed, projectId) => vault.open(sealed, contextOf(projectId)),
    headersOf,
    clock: Date.now,
    random: Math.random,
  })
  const delivering =
    config.only === 'registry'
      ? null
      : createRepeater({
          everyMs: deliverMs,
          work: () => deliverer.deliver(stopping.signal),
          onError: error => stopping.signal.aborted || onBug(error, 'webhooks could not be told'),
        })
  const environments = createEnvironmentStore(database)
  const shared = { store, reader: deps.reads, environments, newId: randomUUID, clock: systemClock }
  const audience = createHookAudience({
    ...shared,
    directory: deps.accounts.directory,
    url: config.url,
    wake: () => delivering?.wake(),
  })
  const bodies = createEventBodies({
    ...shared,
    commit: (projectId, sha) => commitOf(repositories, projectId, sha),
    commitsOf: (projectId, change, limit) => commitsOf(repositories, projectId, change, limit),
  })
  const teller = createHookTeller({
    ...shared,
    audience,
    bodies,
    onBug: error => onBug(error, 'an event got no deliveries'),
  })
  const tryOut = createHookTrial({
    ...shared,
    audience,
    bodies,
    repositories: { refs: projectId => repositories.refs(projectId) },
    releases: createReleaseStore(database),
    mergeRequests: createMergeRequestStore(database),
    attempt: outgoing => deliverer.attempt(outgoing, stopping.signal),
  })
  return {
    teller,
    store,
    tryOut,
    seal: (secret, projectId) => vault.seal(secret, contextOf(projectId)),
    async close() {
      await teller.idle()
      stopping.abort()
      await delivering?.stop()
    },
  }
}

function contextOf(projectId: number): string {
  return `project-hook:${projectId}`
}

function headersOf(delivery: Outgoing, secret: string | null): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'x-gitlab-event': hookNameOf(delivery.body),
    'x-gitlab-event-uuid': delivery.eventId,
    ...(secret === null ? {} : { 'x-gitlab-token': secret }),
  }
}

async function commitOf(repositories: Repositories, projectId: number, sha: string): Promise<HookCommit | null> {
  const commit = await repositories.commit(projectId, sha)
  if (commit === null) return null
  const { author, committer, message } = commit
  return { sha, message, author: `${author.name} <${author.email}>`, timestamp: committer.date, tagMessage: null }
}

async function commitsOf(
  repositories: Repositories,
  projectId: number,
  { before, after }: RefChange,
  limit: number,
): ReturnType<EventBodiesDeps['commitsOf']> {
  if (after === zeroSha) return { shas: [], total: 0 }
  const range = { from: after, ...(before === zeroSha ? {} : { exclude: before }) }
  const shas = await repositories.log(projectId, { ...range, limit, offset: 0 })
  if (shas.length < limit) return { shas, total: shas.length }
  return { shas, total: await repositories.countCommits(projectId, range) }
}
