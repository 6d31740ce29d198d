// The server, put together: stores and doors over one data folder, one Redis and its listening addresses.
import type { ServerResponse } from 'node:http'
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
import { createStops, type Stops } from '../../kit/stops.ts'
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
import { type Listeners, openListeners } from './listen.ts'
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

/** What has been started is stopped when a later part fails. */
export async function startServer(config: ServerConfig, redis: RedisPlace, log: Log): Promise<RunningServer> {
  const stops = createStops()
  try {
    return await startParts(config, redis, log, stops)
  } catch (error) {
    await stops.stop()
    throw error
  }
}

async function startParts(config: ServerConfig, redis: RedisPlace, log: Log, stops: Stops): Promise<RunningServer> {
  const now = (): Date => new Date()
  const { dataFolder } = config
  let certificate = await readCertificate(config)
  const { upstreams, mirrors } = await openUpstreams(config)
  const database = await openDatabase(config.databaseFile)
  stops.push(() => database.destroy())
  const { accounts, repositories, vault, reads } = await openAccounts({ database, dataFolder, now }, () => projectEnd)
  stops.push(repositories.close)
  const serves = { registry: config.only !== 'web', rest: config.only !== 'registry' }

  if (config.redisUrl !== undefined) await refuseEviction(redis)
  const bus = createBus(redis)
  stops.push(bus.close)
  const bell = createWakeBell(bus)
  const redisQueue = createJobQueue(redis)
  stops.push(redisQueue.close)
  const artifacts = createArtifactStore(database)
  const caches = createCacheStore(database)
  const artifactFolder = join(dataFolder, 'artifacts')
  if (serves.rest) await clearIncoming(artifactFolder)
  const artifactFiles = createArtifactFiles(artifactFolder)
  const traces = createTraceFiles({ folder: join(dataFolder, 'traces'), nowMs: Date.now })
  stops.push(traces.close)
  const queue = bell.ringing(redisQueue)
  const onBug = (error: unknown, what: string): void => log.error({ err: error }, what)
  const signer = await createTokenSigner(await readSigningKey(join(dataFolder, 'keys')))
  const makeTag = createTagMaker({ accounts, editor: () => editor })
  const hooks = openHooks({ config, database, reads, accounts, repositories, vault, onBug })
  stops.push(hooks.close)
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
  stops.push(runs.coordinator.close)
  const images = await openImages({ config, database, vault, reads, accounts, runs, upstreams, log })
  stops.push(images.registry.close)

  const reactions = createPushReactions(runs.trigger, accounts, hooks.teller.pushed)
  const turns = createTurns()
  stops.push(turns.idle)
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
  stops.push(health.close)
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
  stops.push(() => app.close())
  let listeners: Listeners | undefined
  stops.push(async () => listeners?.close(closeWithinMs)) // after the WebSockets, for which it would wait
  const live = createLive({ access: accounts.access, reads, traces, bus, log, url: config.url })
  stops.push(live.close)

  const projectEnd = createProjectEnd({
    repositories,
    images: images.store,
    coordinator: runs.coordinator,
    projectIds: accounts.stores.projects.ids,
    wakeSweeps: () => sweeps?.wake(),
  })
  if (serves.rest) await runs.coordinator.recover()
  const sweeps = serves.rest ? startAllSweeps() : undefined
  if (serves.rest) startTick()
  const handle = handlerOf(app, raw)
  let isOpen = false
  listeners = await openListeners(config, certificate, {
    handle: (request, response) => (isOpen ? handle(request, response) : refuseYet(response)),
    upgrade: serves.rest ? live.handleUpgrade : (_request, socket) => socket.destroy(),
  })

  // Only when the ports are taken: a start that fails leaves no administrator whose password nobody was told.
  const root = serves.rest
    ? await createRoot(
        { users: accounts.users, userStore: accounts.stores.users, accessTokens: accounts.stores.accessTokens, now },
        { password: config.rootPassword, token: config.rootToken },
      )
    : null
  isOpen = true

  function startTick(): void {
    const onError = (error: unknown): void => onBug(error, 'the clockwork of pipelines failed')
    stops.push(createRepeater({ everyMs: tickMs, work: runs.coordinator.tick, onError }).stop)
  }

  function startAllSweeps(): Repeater {
    const { sweep: sweepProjects } = projectEnd
    const sweeps = startSweeps({ artifacts, caches, files: artifactFiles, traces, reads, sweepProjects, now, onBug })
    stops.push(sweeps.stop)
    return sweeps
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
    close: stops.stop,
  }
}

function refuseYet(response: ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' }).end('The server is being started.\n')
}

export function mintRunnerToken(): { readonly token: string; readonly hash: string } {
  return mintToken('glrt-')
}
