// Every resource of the API, with what each is made of.
import { join } from 'node:path'
import type { Accounts } from '../../access/accounts.ts'
import type { TokenSigner } from '../../access/token-signer.ts'
import type { Vault } from '../../access/vault.ts'
import type { ArtifactFiles, ArtifactStore, CacheStore } from '../../artifacts/ports.ts'
import type { ServerConfig } from '../../config.ts'
import type { RefEditor } from '../../git/ref-editor.ts'
import type { Repositories } from '../../git/repositories.ts'
import { mintToken } from '../../kit/token.ts'
import type { TraceStore } from '../../logs/ports.ts'
import type { RedisPlace } from '../../redis/connection.ts'
import type { LiveBus } from '../../run/ports.ts'
import type { MakeTag } from '../../run/release-ports.ts'
import type { RunReader } from '../../run/store-ports.ts'
import { registerAccountResources } from '../../server/api/account-resources.ts'
import { registerHooks } from '../../server/api/hooks.ts'
import { registerRegistry } from '../../server/api/registry.ts'
import { registerReleases } from '../../server/api/releases.ts'
import { registerRunResources } from '../../server/api/run-resources.ts'
import { registerWebAdmin } from '../../server/api/web-admin.ts'
import { registerWebOverview } from '../../server/api/web-overview.ts'
import { registerWebPipelines } from '../../server/api/web-pipelines.ts'
import { registerWebRegistry } from '../../server/api/web-registry.ts'
import { createStorageReport } from '../../server/api/web-storage.ts'
import type { App } from '../../server/app.ts'
import { registerOpenId } from '../../server/openid.ts'
import type { RunnerDoor } from '../../server/ports.ts'
import { registerRunnerApi } from '../../server/runner-api/runner-api.ts'
import type { WakeBell } from '../../server/runner-api/wake-bell.ts'
import { registerWeb } from '../../server/web.ts'
import type { OpenHooks } from './hooks.ts'
import { type OpenRegistry, webhookContext } from './registry.ts'
import type { OpenRuns } from './runs.ts'

export type ResourcesDeps = {
  readonly config: ServerConfig
  readonly version: string
  readonly accounts: Accounts
  readonly repositories: Repositories
  readonly editor: RefEditor
  readonly makeTag: MakeTag
  readonly signer: Pick<TokenSigner, 'keys'>
  readonly reads: RunReader
  readonly runs: OpenRuns
  readonly hooks: OpenHooks
  readonly images: OpenRegistry
  readonly vault: Vault
  readonly artifacts: ArtifactStore
  readonly caches: CacheStore
  readonly artifactFiles: ArtifactFiles
  readonly traces: TraceStore
  readonly bus: LiveBus
  readonly bell: WakeBell
  readonly door: RunnerDoor
  readonly redis: RedisPlace
  readonly now: () => Date
}

const webFolder = join(import.meta.dirname, '../../../dist/web')
const mintRunnerToken = () => mintToken('glrt-')

export async function registerResources(app: App, deps: ResourcesDeps): Promise<void> {
  const { config, accounts } = deps
  registerAccountResources(app, {
    ...deps,
    releases: deps.runs.stores.releases,
    url: config.url,
    registryHost: new URL(config.registryUrl).host,
  })
  registerRuns(app, deps)
  const registry = {
    access: accounts.access,
    registry: deps.images.registry,
    store: deps.images.store,
    storage: deps.images.storage,
    upstreams: deps.images.upstreams,
    sealSecret: (secret: string, projectId: number) => deps.vault.seal(secret, webhookContext(projectId)),
    registryUrl: config.registryUrl,
    clock: Date.now,
  }
  registerRegistry(app, registry)
  registerWebRegistry(app, { ...registry, reads: deps.reads, users: accounts.stores.users })
  registerRunnerApi(app, {
    ...deps,
    coordinator: deps.runs.coordinator,
    runners: deps.runs.stores.runners,
    access: accounts.access,
    redisFor: () => deps.redis,
    mintRunnerToken,
  })
  registerOpenId(app, { url: config.url, signer: deps.signer })
  await registerWeb(app, { folder: webFolder })
}

function registerRuns(app: App, deps: ResourcesDeps): void {
  const { accounts, reads, artifacts, traces } = deps
  const { coordinator, lint, stores } = deps.runs
  const { users, projects, groups } = accounts.stores
  const { access } = accounts
  const { url } = deps.config
  registerRunResources(app, {
    ...deps,
    ...stores,
    url,
    access,
    users,
    projects,
    groups,
    coordinator,
    lint,
    mintRunnerToken,
    mintTriggerToken: () => mintToken('glptt-'),
  })
  registerHooks(app, {
    hooks: deps.hooks.store,
    teller: deps.hooks.teller,
    tryHook: deps.hooks.tryOut,
    sealHookSecret: deps.hooks.seal,
    now: deps.now,
  })
  registerReleases(app, { ...deps, url, users, releases: stores.releases, makeTag: deps.makeTag })
  const view = { url, reads, users, runners: stores.runners, artifacts, traces, now: deps.now }
  registerWebOverview(app, { view, projects, runners: stores.runners })
  registerWebPipelines(app, { view, users, access })
  registerWebAdmin(app, {
    reads,
    projects,
    storage: createStorageReport({ folder: deps.config.dataFolder, now: Date.now }),
  })
}
