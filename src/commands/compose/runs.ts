// Pipelines and jobs: the coordinator over its stores, with repositories, people, variables and artifacts as it asks for them.
import type { Accounts } from '../../access/accounts.ts'
import type { Vault } from '../../access/vault.ts'
import type { ArtifactFiles, ArtifactStore } from '../../artifacts/ports.ts'
import { openZipEntry } from '../../artifacts/zip-index.ts'
import type { ServerConfig } from '../../config.ts'
import type { Repositories } from '../../git/repositories.ts'
import type { Log } from '../../kit/log.ts'
import { mintToken } from '../../kit/token.ts'
import { createCoordinator } from '../../run/assemble.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import type { HookTeller } from '../../run/hooks/hook-teller.ts'
import { createLint, type Lint } from '../../run/lint.ts'
import type { ArchiveState, ArtifactFacts, IdTokens, JobQueue, LiveBus, Surroundings } from '../../run/ports.ts'
import type { MakeTag } from '../../run/release-ports.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { Trigger } from '../../run/trigger.ts'
import type { Database } from '../../store/database.ts'
import { createRunStores, type RunStores } from '../../store/run/run-stores.ts'
import { systemClock } from './clock.ts'
import { createRunRepositories } from './run-repositories.ts'

export type OpenRuns = {
  readonly coordinator: Coordinator
  readonly trigger: Trigger
  readonly lint: Lint
  readonly stores: RunStores
}

export function openRuns(deps: {
  readonly config: Pick<ServerConfig, 'url' | 'registryUrl'>
  readonly version: string
  /** Who signed the server's certificate, when no public authority did (PEM). */
  readonly authority: () => string | null
  readonly database: Database
  readonly vault: Vault
  readonly reads: RunReader
  readonly accounts: Accounts
  readonly repositories: Repositories
  readonly artifacts: ArtifactStore
  readonly artifactFiles: ArtifactFiles
  readonly mirrors: Surroundings['mirrors']
  readonly makeTag: MakeTag
  readonly idTokens: IdTokens
  readonly queue: JobQueue
  readonly bus: LiveBus
  /** Hears of what is changed in these stores. */
  readonly hookTeller: Pick<HookTeller, 'releases' | 'mergeRequests' | 'environments'>
  readonly log: Log
}): OpenRuns {
  const { accounts, reads, artifacts, artifactFiles } = deps
  const made = createRunStores(deps)
  const { hookTeller } = deps
  const stores = {
    ...made,
    releases: hookTeller.releases(made.releases),
    mergeRequests: hookTeller.mergeRequests(made.mergeRequests),
    environments: hookTeller.environments(made.environments),
  }
  const facts = {
    directory: accounts.directory,
    variables: accounts.variables,
    repositories: createRunRepositories({
      git: deps.repositories,
      access: accounts.access,
      artifactText: place => artifactText({ reads, artifacts, artifactFiles }, place),
    }),
    surroundings: surroundingsOf(deps),
    clock: systemClock,
  }
  const { coordinator, trigger } = createCoordinator({
    ...stores,
    ...facts,
    reader: reads,
    artifacts: {
      archives: archivesOf(artifacts, reads),
      text: place => artifactText({ reads, artifacts, artifactFiles }, place),
    },
    makeTag: deps.makeTag,
    idTokens: deps.idTokens,
    tokens: { mint: mintToken },
    queue: deps.queue,
    live: deps.bus,
    log: deps.log,
  })
  return { coordinator, trigger, lint: createLint(facts), stores }
}

function surroundingsOf({
  config,
  version,
  authority,
  mirrors,
}: Pick<Parameters<typeof openRuns>[0], 'config' | 'version' | 'authority' | 'mirrors'>): Surroundings {
  const url = new URL(config.url)
  const registry = new URL(config.registryUrl)
  return {
    server: {
      url: config.url,
      name: 'Slipway',
      version,
      revision: `slipway-${version}`,
      registryHost: registry.host,
      sshHost: url.hostname,
      sshPort: '22',
      pagesDomain: null,
    },
    // Asked at each claim: a certificate may be renewed while the server runs.
    get registry() {
      return { host: registry.host, tls: registry.protocol === 'https:', ca: authority() }
    },
    mirrors,
    serverHost: url.host,
    repositoryUrl: path => `${config.url}/${path}.git`,
    defaultTimeoutSeconds: 3600,
  }
}

function archivesOf(artifacts: ArtifactStore, reads: RunReader): ArtifactFacts['archives'] {
  return async pipelineId => {
    const jobIds = (await reads.jobsOfPipeline(pipelineId, true)).map(job => job.id)
    const states = new Map<number, ArchiveState>()
    for (const jobId of await artifacts.goneArchives(jobIds)) states.set(jobId, { kind: 'gone' })
    for (const { type, jobId, filename, sizeBytes } of await artifacts.ofJobs(jobIds))
      if (type === 'archive') states.set(jobId, { kind: 'kept', filename, sizeBytes })
    return states
  }
}

const mostConfigBytes = 1024 * 1024

/** A file of the archive of the newest job of this name in the pipeline. */
async function artifactText(
  deps: { readonly reads: RunReader; readonly artifacts: ArtifactStore; readonly artifactFiles: ArtifactFiles },
  place: { readonly pipelineId: number; readonly job: string; readonly path: string },
): Promise<string | null> {
  const jobs = await deps.reads.jobsOfPipeline(place.pipelineId, false)
  const job = jobs.find(each => each.name === place.job)
  const archive = job === undefined ? null : await deps.artifacts.find(job.id, 'archive')
  if (archive === null) return null
  const entry = await openZipEntry(deps.artifactFiles.pathOf(archive.storageKey), place.path)
  if (entry === null || entry.sizeBytes > mostConfigBytes) return null
  const chunks: Buffer[] = []
  for await (const chunk of entry.stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
