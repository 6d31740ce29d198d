// The registry, with what it asks of runs: which jobs run, what they push, and pipelines of projects that follow an image.
import type { Accounts } from '../../access/accounts.ts'
import type { Vault } from '../../access/vault.ts'
import type { ServerConfig } from '../../config.ts'
import { AppError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { Upstream } from '../../registry/cache/ports.ts'
import type { FollowerPipelines } from '../../registry/management/ports.ts'
import type { RegistryEvent, RunningJobs } from '../../registry/ports.ts'
import { zeroSha } from '../../run/creation-context.ts'
import { pipelineRequest } from '../../run/pipeline-request.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { Database } from '../../store/database.ts'
import { createImageUses } from './image-uses.ts'
import { type OpenRegistry, openRegistry } from './registry.ts'
import type { OpenRuns } from './runs.ts'

export function openImages(deps: {
  readonly config: ServerConfig
  readonly database: Database
  readonly vault: Vault
  readonly reads: RunReader
  readonly accounts: Accounts
  readonly runs: OpenRuns
  readonly upstreams: readonly Upstream[]
  readonly log: Log
}): Promise<OpenRegistry> {
  const { config, accounts, reads, runs } = deps
  return openRegistry({
    database: deps.database,
    dataFolder: config.dataFolder,
    access: accounts.access,
    jobs: runningJobs(reads),
    uses: createImageUses({ accounts, reads, stores: runs.stores }),
    pipelines: followerPipelines(runs),
    projectPath: async projectId => (await accounts.stores.projects.byId(projectId))?.fullPath ?? null,
    vault: deps.vault,
    audit: accounts.audit,
    webhooksMayReachInner: config.innerWebhooks,
    registryUrl: config.registryUrl,
    hosts: [new URL(config.url).host, ...config.listen.map(({ host, port }) => `${host}:${port}`)],
    upstreams: deps.upstreams,
    isHousekeeper: config.only !== 'web',
    trustProxy: config.trustProxy,
    onEvent: event => recordPush(runs, event),
    log: deps.log,
  })
}

function runningJobs(reads: RunReader): RunningJobs {
  return {
    async running(jobId) {
      const job = await reads.job(jobId)
      if (job === null || (job.status !== 'running' && job.status !== 'canceling')) return null
      const pipeline = await reads.pipeline(job.pipelineId)
      return { pipelineId: job.pipelineId, commitSha: pipeline?.sha ?? zeroSha }
    },
  }
}

/** So that a later job's Docker can be given what an earlier job of its pipeline pushed. */
async function recordPush(runs: OpenRuns, event: RegistryEvent): Promise<void> {
  if (event.action !== 'push' || event.actor.kind !== 'job' || event.tag === null) return
  const { repository, tag, digest } = event
  await runs.coordinator.recordPushedImage({ jobId: event.actor.jobId, repository, tag, digest })
}

function followerPipelines(runs: OpenRuns): FollowerPipelines {
  return {
    async start({ projectId, userId, ref, variables }) {
      const request = pipelineRequest({
        projectId,
        ref: { kind: 'branch', name: ref },
        source: 'pipeline',
        userId,
        variables: Object.entries(variables).map(([key, value]) => ({
          key,
          value,
          type: 'env_var' as const,
          raw: false,
        })),
      })
      const creation = await runs.coordinator.createPipeline(request)
      if (creation.kind === 'none') throw new AppError('no_pipeline', creation.message)
      return { pipelineId: creation.pipeline.id }
    },
  }
}
