// What the runner gets of a job: the payload that a server would hand out, with a working copy in the place of a project.
import { mintToken } from '../../kit/token.ts'
import type { PipelineContext } from '../../pipeline/context.ts'
import { dependenciesOf } from '../../run/dependencies.ts'
import type { JobState } from '../../run/machine-model.ts'
import { pipelineSources } from '../../run/model.ts'
import { buildPayload } from '../../run/payload.ts'
import type { Surroundings } from '../../run/ports.ts'
import type { JobPayload } from '../../run/protocol.ts'
import type { PipelineRecord, PushedImage } from '../../run/records.ts'
import { nextPlans } from '../../run/upcoming.ts'
import type { LocalArtifacts } from './local-artifacts.ts'
import type { LocalPipeline } from './local-pipeline.ts'

/** What a pipeline is made of; the same for all its jobs. */
export type PipelineFacts = {
  readonly pipeline: LocalPipeline
  readonly context: PipelineContext
  readonly sourceSha: string
  readonly name: string | null
  readonly stages: readonly string[]
  readonly createdAt: string
}

export type PayloadWorld = {
  readonly artifacts: LocalArtifacts
  readonly surroundings: Surroundings
  readonly pushedImages: () => readonly PushedImage[]
}

/** @throws ExpansionError for variables that refer to each other in a circle */
export function payloadOf(job: JobState, facts: PipelineFacts, world: PayloadWorld): JobPayload {
  const { pipeline, context } = facts
  const { artifacts } = world
  const plan = pipeline.planOf(job)
  const jobs = pipeline.jobs()
  const before = dependenciesOf(
    plan,
    jobs.filter(each => each.id !== job.id),
  )
  const upcoming = nextPlans(job, jobs)
  return buildPayload({
    pipeline: recordOf(facts),
    job,
    plan,
    context,
    surroundings: world.surroundings,
    runner: { id: 1, description: 'slipway run', tags: plan.tags },
    jobToken: mintToken('glcbt-').token,
    leaseToken: mintToken('slpl-').token,
    dependencies: before.flatMap(({ id, rule }) => {
      const archive = artifacts.archive(id)
      if (archive === null) return []
      return [{ id, name: rule.name, artifacts_file: { filename: archive.filename, size: archive.sizeBytes } }]
    }),
    dotenv: before.flatMap(({ id }) => artifacts.dotenv(id)),
    playVariables: [],
    pushedImages: world.pushedImages(),
    idTokens: [],
    upcoming: jobs.filter(({ rule }) => upcoming.includes(rule.name)).map(pipeline.planOf),
  })
}

function recordOf({ pipeline, context, sourceSha, name, stages, createdAt }: PipelineFacts): PipelineRecord {
  const { status, hasWarnings, startedAt, finishedAt } = pipeline.state()
  return {
    id: pipeline.id,
    projectId: 1,
    iid: pipeline.id,
    ref: { kind: context.isTag ? 'tag' : 'branch', name: context.ref },
    sha: sourceSha,
    beforeSha: context.beforeSha,
    source: pipelineSources.find(source => source === context.source) ?? 'push',
    status,
    hasWarnings,
    name,
    userId: null,
    isProtected: context.isRefProtected,
    commitTitle: context.commit.message.split('\n')[0] ?? '',
    stages,
    errors: [],
    warnings: [],
    parentPipelineId: null,
    sourceJobId: null,
    scheduleId: null,
    createdAt,
    updatedAt: createdAt,
    startedAt,
    finishedAt,
    durationSeconds: null,
    queuedSeconds: null,
    coverage: null,
    version: 0,
  }
}
