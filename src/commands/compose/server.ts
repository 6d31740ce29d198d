// The server, put together: stores and doors over one data folder, one Redis and its listening addresses.
import { join } from 'node:path'
import { createRoot, type RootCredentials } from '../../access/first-start.ts'
import { createTokenSigner, readSigningKey } from '../../access/token-signer.ts'
import { clearIncoming, createArtifactFiles } from '../../artifacts/artifact-files.ts'
import type { Address, ServerConfig } from '../../config.ts'
import { createRefEditor } from '../../git/ref-editor.ts'
import { createSmartHttp } from '../../git/smart-http.ts'
import { createTurns } from '../../git/turns.ts'
import type { Log } from '../../kit/log.ts'
import { createRepeater, type Repeater } from '../../kit/repeater.ts'
import { mintToken } from '../../kit/token.ts'
import { createTraceFiles } from '../../logs/trace-files.ts'
import { createBus } from '../../redis/bus.ts'
import type { RedisPlace } from '../../redis/connection.ts'
import { refuseEviction } from '../../redis/eviction.ts'
import { createJobQueue } from '../../redis/job-queue.ts'
import { registryStatuses } from '../../registry/errors.ts'
import type { RunnerStore } from '../../run/store-ports.ts'
import { runResourceErrors } from '../../server/api/run-resources.ts'
import { createApp, handlerOf } from '../../server/app.ts'
import { createLive } from '../../server/live/live.ts'
import { createRunnerDoor } from '../../server/runner-api/door.ts'
import { createWakeBell } from '../../server/runner-api/wake-bell.ts'
import { createArtifactStore } from '../../store/artifacts/artifact-store.ts'
import { createCacheStore } from '../../store/artifacts/cache-store.ts'
import { openDatabase } from '../../store/database.ts'
import { openAccounts } from './accounts.ts'
import { readCertificate, type ServerCertificate } from './certificate.ts'
import { createHealth } from './health.ts'
import { openHooks } from './hooks.ts'
import { openImages } from './images.ts'
import { openListeners } from './listen.ts'
import { createProjectEnd } from './project-end.ts'
import { createPushReactions } from './push-reactions.ts'
import { registerResources } from './resources.ts'
import { openRuns } from './runs.ts'
import { startSweeps } from './sweeps.ts'
import { createTagMaker } from './tag-maker.ts'
import { openUpstreams } from './upstreams.ts'

export const version = '0.1.0'

export type RunningServer = {
  readonly addresses: readonly Address[]
  /** Null: not the first start. */
  readonly root: RootCredentials | null
  readonly runners: RunnerStore
  readonly certificate: () => ServerCertificate
  /** Reads the certificate, its key and its authority anew. */
  readonly reloadCertificate: () => Promise<void>
  readonly close: () => Promise<void>
}

const tickMs = 1000
const closeWithinMs = 10_000
const mostPackBytes = 4 * 1024 ** 3
const mostFetches = 8

export async function startServer(config: ServerConfig, redis: RedisPlace, log: Log): Promise<RunningServer> {
  const now = (): Date => new Date()
  const { dataFolder } = config
  let certificate = await readCertificate(config)
  const database = await openDatabase(config.databaseFile)
  const { accounts, repositories, vault, reads } = await openAccounts({ database, dataFolder, now }, () => projectEnd)
  const serves = { registry: config.only !== 'web', rest: config.only !== 'registry' }
  const root = serves.rest
    ? await createRoot(
        { users: accounts.users, userStore: accounts.stores.users, accessTokens: accounts.stores.accessTokens, now },
        { password: config.rootPassword, token: config.rootToken },
      )
    : null

  if (config.redisUrl !== undefined) await refuseEviction(redis)
  const bus = createBus(redis)
  const bell = createWakeBell(bus)
  const redisQueue = createJobQueue(redis)
  const artifacts = createArtifactStore(database)
  const caches = createCacheStore(database)
  const artifactFolder = join(dataFolder, 'artifacts')
  if (serves.rest) await clearIncoming(artifactFolder)
  const artifactFiles = createArtifactFiles(artifactFolder)
  const traces = createTraceFiles({ folder: join(dataFolder, 'traces'), nowMs: Date.now })
  const queue = bell.ringing(redisQueue)
  const onBug = (error: unknown, what: string): void => log.error({ err: error }, what)
  const { upstreams, mirrors } = await openUpstreams(config)
  const signer = await createTokenSigner(await readSigningKey(join(dataFolder, 'keys')))
  const makeTag = createTagMaker({ accounts, editor: () => editor })
  const hooks = openHooks({ config, database, reads, accounts, repositories, vault, onBug })
  const runs = openRuns({
    config,
    authority: () => certificate.authority?.pem ?? null,
    version,
    database,
    vault,
    reads,
    accounts,
    repositories,
    artifacts,
    artifactFiles,
    mirrors,
    makeTag,
    idTokens: signer,
    queue,
    bus: hooks.teller.listening(bus),
    hookTeller: hooks.teller,
    log,
  })
  const images = await openImages({ config, database, vault, reads, accounts, runs, upstreams, log })

  const reactions = createPushReactions(runs.trigger, accounts, hooks.teller.pushed)
  const turns = createTurns()
  const git = createSmartHttp({
    access: accounts.access,
    repositories,
    reactions,
    turns,
    onBug,
    mostPackBytes,
    mostFetches,
    trustProxy: config.trustProxy,
  })
  const editor = createRefEditor({
    access: accounts.access,
    repositories,
    reactions,
    turns,
    people: accounts.stores.users,
    now,
  })
  const health = createHealth({ database, redis, dataFolder, reads, runners: runs.stores.runners })
  const door = createRunnerDoor({ runners: runs.stores.runners, reads })
  const raw = [...(serves.registry ? [images.registry] : []), ...(serves.rest ? [git] : [])]
  const app = await createApp({
    access: accounts.access,
    audit: accounts.audit,
    runnerDoor: door,
    health,
    log,
    version,
    url: config.url,
    trustProxy: config.trustProxy,
    raw,
    errors: [runResourceErrors, registryStatuses],
    resources: serves.rest
      ? [
          app =>
            registerResources(app, {
              config,
              version,
              accounts,
              repositories,
              editor,
              makeTag,
              signer,
              reads,
              runs,
              hooks,
              images,
              vault,
              artifacts,
              caches,
              artifactFiles,
              traces,
              bus,
              bell,
              door,
              redis,
              now,
            }),
        ]
      : [],
  })
  const live = createLive({ access: accounts.access, reads, traces, bus, log, url: config.url })

  const projectEnd = createProjectEnd({
    repositories,
    images: images.store,
    coordinator: runs.coordinator,
    projectIds: accounts.stores.projects.ids,
    wakeSweeps: () => sweeps?.wake(),
  })
  if (serves.rest) await runs.coordinator.recover()
  const [sweeps, tick] = serves.rest ? [startAllSweeps(), startTick()] : []
  const listeners = await openListeners(config, certificate, {
    handle: handlerOf(app, raw),
    upgrade: serves.rest ? live.handleUpgrade : (_request, socket) => socket.destroy(),
  })

  function startTick(): Repeater {
    const onError = (error: unknown): void => onBug(error, 'the clockwork of pipelines failed')
    return createRepeater({ everyMs: tickMs, work: runs.coordinator.tick, onError })
  }

  function startAllSweeps(): Repeater {
    const { sweep: sweepProjects } = projectEnd
    return startSweeps({ artifacts, caches, files: artifactFiles, traces, reads, sweepProjects, now, onBug })
  }

  return {
    addresses: listeners.addresses,
    root,
    runners: runs.stores.runners,
    certificate: () => certificate,
    async reloadCertificate() {
      certificate = await readCertificate(config)
      listeners.useCertificate(certificate)
    },
    async close() {
      await tick?.stop()
      await sweeps?.stop()
      await live.close()
      await listeners.close(closeWithinMs)
      await app.close()
      await turns.idle()
      await runs.coordinator.close()
      await hooks.close()
      await traces.close()
      await images.registry.close()
      await repositories.close()
      await health.close()
      await redisQueue.close()
      await bus.close()
      await database.destroy()
    },
  }
}

export function mintRunnerToken(): { readonly token: string; readonly hash: string } {
  return mintToken('glrt-')
}
