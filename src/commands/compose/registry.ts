// The registry as a door of the server: `/v2/` and `/jwt/auth`, with its records in SQL and its blobs in the data folder.
import { join } from 'node:path'
import type { Audit } from '../../access/audit.ts'
import type { Access } from '../../access/ports.ts'
import type { Vault } from '../../access/vault.ts'
import { readOrCreateKey } from '../../kit/key-file.ts'
import type { Log } from '../../kit/log.ts'
import { createPost } from '../../kit/post.ts'
import type { ProxyTrust } from '../../kit/visitor.ts'
import type { Upstream } from '../../registry/cache/ports.ts'
import type { FollowerPipelines, ImageUses } from '../../registry/management/ports.ts'
import type { BlobStorage, RegistryEvent, RunningJobs } from '../../registry/ports.ts'
import { createRegistry, type Registry } from '../../registry/registry.ts'
import { createFileStorage } from '../../registry/storage-fs.ts'
import type { Database } from '../../store/database.ts'
import { createRegistryStore, type RegistryStore } from '../../store/registry/registry-store.ts'

export type RegistryDoorDeps = {
  readonly database: Database
  readonly dataFolder: string
  readonly access: Access
  readonly jobs: RunningJobs
  readonly uses: ImageUses
  readonly pipelines: FollowerPipelines
  /** The project's full path; null when there is no such project. */
  readonly projectPath: (projectId: number) => Promise<string | null>
  /** Opens the secrets of webhooks. */
  readonly vault: Vault
  /** May webhooks go to addresses of the own network? */
  readonly webhooksMayReachInner: boolean
  /** As docker sees it. */
  readonly registryUrl: string
  /** Further `host[:port]`s under which this server is reached. */
  readonly hosts: readonly string[]
  readonly isHousekeeper: boolean
  readonly trustProxy: ProxyTrust
  readonly upstreams: readonly Upstream[]
  readonly onEvent: (event: RegistryEvent) => Promise<void>
  readonly audit: Audit
  readonly log: Log
}

export type OpenRegistry = {
  readonly registry: Registry
  readonly store: RegistryStore
  readonly storage: BlobStorage
  readonly upstreams: readonly Upstream[]
}

const keyBytes = 32

/** `registry` is a raw handler; close it after the server has stopped taking requests. The rest is for its API. */
export async function openRegistry(deps: RegistryDoorDeps): Promise<OpenRegistry> {
  const { database, dataFolder, vault, log } = deps
  const store = createRegistryStore(database)
  const storage = await createFileStorage(join(dataFolder, 'registry'))
  const registry = createRegistry({
    ...deps,
    audit: deps.audit.record,
    store,
    storage,
    signingKey: await readOrCreateKey(join(dataFolder, 'keys', 'registry'), keyBytes),
    url: deps.registryUrl,
    onBug: (error, what) => log.error({ err: error, what }, 'the registry failed'),
    post: createPost({ mayReachInner: deps.webhooksMayReachInner }),
    openSecret: (sealed, projectId) => vault.open(sealed, webhookContext(projectId)),
    clock: Date.now,
    random: Math.random,
  })
  return { registry, store, storage, upstreams: deps.upstreams }
}

/** What a webhook's secret is sealed for. */
export function webhookContext(projectId: number): string {
  return `registry-webhook:${projectId}`
}
