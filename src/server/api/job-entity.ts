// Jobs as GitLab's API shows them.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { ArtifactRecord } from '../../artifacts/records.ts'
import { secondsBetween } from '../../run/duration.ts'
import { isFinal } from '../../run/job-moves.ts'
import type { JobRecord, PipelineRecord, RunnerRecord } from '../../run/records.ts'
import { nullableString } from '../schema.ts'
import { type PipelinePlace, pipelineBasic, toPipelineBasic } from './pipeline-entity.ts'
import { jobUrl, type Person, peopleOf, type RunView } from './run-view.ts'
import { runnerBasic, toRunnerBasic } from './runner-entity.ts'
import { userBasic } from './user-entity.ts'

const nullableNumber = Type.Unsafe<number | null>({ type: ['number', 'null'] })

const commonFields = {
  id: Type.Integer(),
  status: Type.String(),
  stage: Type.String(),
  name: Type.String(),
  ref: Type.String(),
  tag: Type.Boolean(),
  coverage: nullableNumber,
  allow_failure: Type.Boolean(),
  created_at: Type.String(),
  started_at: nullableString,
  finished_at: nullableString,
  erased_at: nullableString,
  duration: nullableNumber,
  queued_duration: nullableNumber,
  user: Type.Union([userBasic, Type.Null()]),
  commit: Type.Object({
    id: Type.String(),
    short_id: Type.String(),
    title: Type.String(),
    message: Type.String(),
    web_url: Type.String(),
  }),
  pipeline: pipelineBasic,
  failure_reason: Type.Optional(Type.String()),
  web_url: Type.String(),
  project: Type.Object({ ci_job_token_scope_enabled: Type.Boolean() }),
}

const artifactFile = Type.Object({
  file_type: Type.String(),
  size: Type.Integer(),
  filename: Type.String(),
  file_format: nullableString,
})

const jobFields = {
  ...commonFields,
  artifacts_file: Type.Optional(Type.Object({ filename: Type.String(), size: Type.Integer() })),
  artifacts: Type.Array(artifactFile),
  artifacts_expire_at: nullableString,
  runner: Type.Union([runnerBasic, Type.Null()]),
  runner_manager: Type.Null(),
  archived: Type.Boolean(),
  tag_list: Type.Array(Type.String()),
  /** Beside GitLab's: the finer reason, the exit code and a sentence for people. */
  failure_detail: nullableString,
  exit_code: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  failure_message: nullableString,
}

export const jobEntity = Type.Object(jobFields)
export type JobEntity = Static<typeof jobEntity>

/** As a list over several projects shows it. */
export const placedJobEntity = Type.Object({
  ...jobFields,
  project: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    path: Type.String(),
    path_with_namespace: Type.String(),
  }),
})

export const bridgeEntity = Type.Object({
  ...commonFields,
  downstream_pipeline: Type.Union([pipelineBasic, Type.Null()]),
})

/** @param pipelines of these jobs, by id */
export async function toJobs(
  view: RunView,
  jobs: readonly JobRecord[],
  pipelines: ReadonlyMap<number, PipelineRecord>,
  projectPath: string,
): Promise<JobEntity[]> {
  const place = { url: view.url, projectPath }
  const people = await peopleOf(
    view,
    jobs.map(job => job.userId),
  )
  const artifacts = Map.groupBy(await view.artifacts.ofJobs(jobs.map(job => job.id)), artifact => artifact.jobId)
  const runners = new Map<number | null, RunnerRecord | null>()
  for (const id of new Set(jobs.map(job => job.runnerId)))
    runners.set(id, id === null ? null : await view.runners.byId(id))
  return Promise.all(
    jobs.flatMap(job => {
      const pipeline = pipelines.get(job.pipelineId)
      if (pipeline === undefined) return []
      return [
        toJob(view, {
          job,
          pipeline,
          place,
          user: people.get(job.userId) ?? null,
          artifacts: artifacts.get(job.id) ?? [],
          runner: runners.get(job.runnerId) ?? null,
        }),
      ]
    }),
  )
}

type Parts = {
  readonly job: JobRecord
  readonly pipeline: PipelineRecord
  readonly place: PipelinePlace
  readonly user: Person | null
  readonly artifacts: readonly ArtifactRecord[]
  readonly runner: RunnerRecord | null
}

async function toJob(view: RunView, parts: Parts): Promise<JobEntity> {
  const { job, artifacts, runner } = parts
  const traceBytes = job.erasedAt === null ? await view.traces.size(job.id) : 0
  const archive = artifacts.find(artifact => artifact.type === 'archive')
  const log = { file_type: 'trace', size: traceBytes, filename: 'job.log', file_format: null }
  return {
    ...toCommon(parts, view.now()),
    ...(archive === undefined ? {} : { artifacts_file: { filename: archive.filename, size: archive.sizeBytes } }),
    artifacts: [...artifacts.map(toFile), ...(traceBytes > 0 ? [log] : [])],
    artifacts_expire_at: archive?.expiresAt ?? null,
    runner: runner === null ? null : toRunnerBasic(runner, view.now()),
    runner_manager: null,
    archived: false,
    tag_list: [...job.tags],
    failure_detail: job.failureDetail,
    exit_code: job.exitCode,
    failure_message: job.message,
  }
}

function toFile(artifact: ArtifactRecord) {
  return {
    file_type: artifact.type,
    size: artifact.sizeBytes,
    filename: artifact.filename,
    file_format: artifact.format,
  }
}

/** What builds and bridges share. */
export function toCommon(
  { job, pipeline, place, user }: Pick<Parts, 'job' | 'pipeline' | 'place' | 'user'>,
  now: Date,
) {
  const { sha, commitTitle } = pipeline
  return {
    id: job.id,
    status: job.status,
    stage: job.stage,
    name: job.name,
    ref: pipeline.ref.name,
    tag: pipeline.ref.kind === 'tag',
    coverage: job.coverage,
    allow_failure: job.allowFailure,
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    erased_at: job.erasedAt,
    duration: secondsBetween(job.startedAt, job.finishedAt ?? (isFinal(job) ? null : now.toISOString())),
    queued_duration: secondsBetween(job.queuedAt, job.startedAt),
    user,
    commit: {
      id: sha,
      short_id: sha.slice(0, 8),
      title: commitTitle,
      message: commitTitle,
      web_url: `${place.url}/${place.projectPath}/-/commit/${sha}`,
    },
    pipeline: toPipelineBasic(pipeline, place),
    ...(job.failureReason === null ? {} : { failure_reason: job.failureReason }),
    web_url: jobUrl(place.url, place.projectPath, job.id),
    project: { ci_job_token_scope_enabled: true },
  }
}
