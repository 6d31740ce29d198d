// The registry, put together: what it needs is given, what it serves is `matches` and `handle`.
import type { Audit } from '../access/audit.ts'
import type { Access } from '../access/ports.ts'
import { createDeliverer } from '../kit/deliverer.ts'
import { createKeyedLock } from '../kit/keyed-lock.ts'
import type { Post } from '../kit/post.ts'
import { createRepeater, type Repeater } from '../kit/repeater.ts'
import { type ProxyTrust, trustNobody } from '../kit/visitor.ts'
import { withMirrors } from './cache/mirror.ts'
import type { CacheRecords, Upstream } from './cache/ports.ts'
import { createPullThrough } from './cache/pull-through.ts'
import { createCacheServer } from './cache/serve-cache.ts'
import { type Collector, createCollector } from './collector.ts'
import { envelopeType } from './envelope.ts'
import { createGate } from './gate.ts'
import { createRegistryHttp, type RegistryHttp } from './http.ts'
import { createLimits } from './limits.ts'
import { type Cleaner, createCleaner } from './management/cleaner.ts'
import { createDispatcher } from './management/dispatcher.ts'
import type {
  EventRecords,
  FollowerPipelines,
  FollowRecords,
  ImageRecords,
  ImageUses,
  PolicyRecords,
  RuleRecords,
} from './management/ports.ts'
import type { BlobStorage, ImageStore, RegistryEvent, ReviewStore, RunningJobs } from './ports.ts'
import { nameBelow } from './projects.ts'
import { createPullLog } from './pulls.ts'
import { createRealm } from './realm.ts'
import { createRemoval, type Removal } from './removal.ts'
import { defaultGrace, type Grace, reviewTime } from './review.ts'
import { createBlobServer } from './serve-blobs.ts'
import { createListServer } from './serve-lists.ts'
import { createManifestServer } from './serve-manifests.ts'
import { createUploadServer } from './serve-uploads.ts'
import { createSweeper, type Sweeper } from './sweep.ts'
import { createTokenEndpoint } from './token-endpoint.ts'
import { createRegistryTokens } from './tokens.ts'
import { createUploads } from './uploads.ts'

/** Everything that the registry keeps in SQL. */
export type RegistryRecords = ImageStore &
  ReviewStore &
  ImageRecords &
  RuleRecords &
  PolicyRecords &
  FollowRecords &
  EventRecords &
  CacheRecords

export type RegistryDeps = {
  readonly store: RegistryRecords
  readonly storage: BlobStorage
  readonly access: Pick<Access, 'authenticate' | 'renew' | 'project' | 'group'>
  readonly jobs: RunningJobs
  readonly uses: ImageUses
  readonly pipelines: FollowerPipelines
  /** The project's full path; null when there is no such project. */
  readonly projectPath: (projectId: number) => Promise<string | null>
  /** At least 32 bytes; tokens are signed with it. */
  readonly signingKey: Buffer
  /** As docker sees the registry, e.g. `http://registry.example.com`; the token endpoint stands there too. */
  readonly url: string
  /** Further `host[:port]`s under which this server is reached. */
  readonly hosts: readonly string[]
  /** False: another process serves this registry, and collects; the locks against that are in its memory. */
  readonly isHousekeeper?: boolean
  /** Proxies that are believed about where a request comes from; none, unless said. */
  readonly trustProxy?: ProxyTrust
  /** Called after the push or deletion is durable, and before it is acknowledged. */
  readonly onEvent: (event: RegistryEvent) => Promise<void>
  readonly audit: Audit['record']
  readonly onBug: (error: unknown, what: string) => void
  readonly post: Post
  readonly openSecret: (sealed: Uint8Array, projectId: number) => string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly grace?: Grace
  /** Other registries whose images are kept here. */
  readonly upstreams?: readonly Upstream[]
}

export type Registry = RegistryHttp & {
  readonly collector: Collector
  readonly sweeper: Sweeper
  readonly cleaner: Cleaner
  readonly removal: Removal
  readonly isHousekeeper: boolean
  /** Tells webhooks and followers what is in the outbox, now. */
  readonly dispatch: () => Promise<void>
  /** Writes what is still in memory. Requests must have ended. */
  readonly close: () => Promise<void>
}

const service = 'container_registry'
const tokenLifetimeSeconds = 900
const pullFlushMs = 60_000
const collectMs = 60_000
const cleanupMs = 60_000
const dispatchMs = 5_000
/** What is kept of other registries goes when nobody has asked for it for so long. */
const cacheKeptMs = 14 * 24 * 60 * 60 * 1000
const sweepMs = 24 * 60 * 60 * 1000

export function createRegistry(deps: RegistryDeps): Registry {
  const { store, storage, access, jobs, signingKey, onBug, clock, grace = defaultGrace } = deps
  const tokens = createRegistryTokens({ key: signingKey, service, lifetimeSeconds: tokenLifetimeSeconds, clock })
  const gate = createGate({ access, jobs, tokens, service, clock })
  const withDigest = createKeyedLock()
  const uploads = createUploads({ storage, withDigest })
  const collector = createCollector({ reviews: store, storage, withDigest, grace, clock })
  const sweeper = createSweeper({ reviews: store, storage, uploads, withDigest, minAgeMs: grace.abandonedMs, clock })
  const limits = createLimits(store, clock)
  const pulls = createPullLog(store, clock)
  const removal = createRemoval({ store, limits, grace, clock, onEvent })
  const cleaner = createCleaner({ records: store, store, uses: deps.uses, grace, clock })
  const dispatcher = createDispatcher({ ...deps, records: store, nameOf, registryUrl: deps.url })
  const headersOf = () => ({ 'content-type': envelopeType })
  const deliverer = createDeliverer({ ...deps, records: store, headersOf })

  const stopping = new AbortController()
  const { isHousekeeper = true } = deps
  const housework = isHousekeeper ? startHousework() : []
  const [dispatching] = housework

  function startHousework(): readonly Repeater[] {
    const telling = repeat(dispatchMs, 'telling of pushes', async () => {
      await dispatcher.dispatch(stopping.signal)
      await deliverer.deliver(stopping.signal)
    })
    return [
      telling,
      repeat(cleanupMs, 'cleaning up by policy', () => cleaner.runDue(stopping.signal)),
      repeat(collectMs, 'collecting garbage', () => collector.collect(stopping.signal)),
      repeat(sweepMs, 'sweeping the storage', () => sweeper.sweep(stopping.signal)),
      repeat(sweepMs, 'forgetting cached manifests', () => store.forgetManifests(reviewTime(clock(), -cacheKeptMs))),
      repeat(pullFlushMs, 'writing the times of pulls', pulls.flush),
    ]
  }

  async function onEvent(event: RegistryEvent): Promise<void> {
    await deps.onEvent(event)
    dispatching?.wake()
  }

  async function nameOf(projectId: number, suffix: string): Promise<string | null> {
    const path = await deps.projectPath(projectId)
    return path === null ? null : nameBelow(path, suffix)
  }

  function repeat(everyMs: number, what: string, work: () => Promise<unknown>): Repeater {
    const onError = (error: unknown) => stopping.signal.aborted || onBug(error, what)
    return createRepeater({ everyMs, work: async () => void (await work()), onError })
  }

  const realm = createRealm(deps.url, deps.hosts)
  const { upstreams = [] } = deps
  const pullThrough = createPullThrough({ upstreams, records: store, clock, signal: stopping.signal })
  const blobs = createBlobServer({ store, storage, grace, clock })
  const cache = createCacheServer({ pullThrough, store, uploads, blobs, keptMs: cacheKeptMs, clock })

  const http = createRegistryHttp({
    realm,
    trustProxy: deps.trustProxy ?? trustNobody,
    gate,
    tokenEndpoint: createTokenEndpoint({ access, gate, tokens }),
    blobs,
    cache,
    pullThrough,
    uploads: createUploadServer({ store, uploads, gate, limits, grace, clock }),
    manifests: createManifestServer({ store, limits, removal, grace, clock, onEvent, onPull: pulls.note }),
    lists: createListServer({ store }),
    async beganBy(place, uploadId) {
      const repository = await store.repository(place)
      const upload = repository === null ? null : await uploads.find({ repositoryId: repository.id, id: uploadId })
      return upload?.subject ?? null
    },
    audit: deps.audit,
    onBug,
  })

  return {
    matches: http.matches,
    handle: withMirrors(http, { upstreams, cache, realm, onBug }),
    collector,
    sweeper,
    cleaner,
    removal,
    isHousekeeper,
    dispatch: async () => dispatching?.now(),
    async close() {
      stopping.abort()
      await Promise.all(housework.map(work => work.stop()))
      await pulls.flush()
      await uploads.close()
    },
  }
}
