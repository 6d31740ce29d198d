// The statuses of a commit: its jobs, in all pipelines that ran for it.
import { Type } from '@fastify/type-provider-typebox'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter, nullableString } from '../schema.ts'
import { jobUrl, type Person, peopleOf, type RunView } from './run-view.ts'
import { userBasic } from './user-entity.ts'

const text = Type.Optional(Type.String({ maxLength: 255 }))

const statusEntity = Type.Object({
  id: Type.Integer(),
  sha: Type.String(),
  ref: Type.String(),
  status: Type.String(),
  name: Type.String(),
  target_url: Type.String(),
  description: nullableString,
  created_at: Type.String(),
  started_at: nullableString,
  finished_at: nullableString,
  allow_failure: Type.Boolean(),
  coverage: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
  pipeline_id: Type.Integer(),
  author: Type.Union([userBasic, Type.Null()]),
})

/** A commit has few pipelines; more of them than this are not looked through. */
const mostPipelines = 100

export function registerCommitStatuses(app: App, { view }: { readonly view: RunView }): void {
  app.get(
    '/api/v4/projects/:id/repository/commits/:sha/statuses',
    {
      config: { policy: { kind: 'project', action: 'read_commit_status' } },
      schema: {
        operationId: 'listCommitStatuses',
        tags: ['commits'],
        params: Type.Object({ ...idParameter, sha: Type.String({ pattern: '^[0-9a-f]{40}$' }) }),
        querystring: Type.Object({
          ...pageQuery,
          ref: text,
          stage: text,
          name: text,
          pipeline_id: Type.Optional(integerParameter),
          all: flag,
        }),
        response: { 200: Type.Array(statusEntity) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const { ref, stage, name, pipeline_id: pipelineId, all = false } = request.query
      const filter = {
        projectId: project.id,
        sha: request.params.sha,
        withChildren: true,
        ...(ref === undefined ? {} : { ref }),
      }
      const { items: pipelines } = await view.reads.pipelines(filter, { page: 1, perPage: mostPipelines })
      const wanted = pipelines.filter(each => pipelineId === undefined || each.id === pipelineId)
      const found: { readonly job: JobRecord; readonly pipeline: PipelineRecord }[] = []
      for (const pipeline of wanted)
        for (const job of await view.reads.jobsOfPipeline(pipeline.id, all))
          if ((stage === undefined || job.stage === stage) && (name === undefined || job.name === name))
            found.push({ job, pipeline })
      const page = pageOf(request.query)
      tellPage(request, reply, page, found.length)
      const shown = found.slice(page.offset, page.offset + page.limit)
      const people = await peopleOf(
        view,
        shown.map(({ job }) => job.userId),
      )
      return shown.map(({ job, pipeline }) => ({
        ...toStatus(job, pipeline, people.get(job.userId) ?? null),
        target_url: jobUrl(view.url, project.fullPath, job.id),
      }))
    },
  )
}

function toStatus(job: JobRecord, pipeline: PipelineRecord, author: Person | null) {
  return {
    id: job.id,
    sha: pipeline.sha,
    ref: pipeline.ref.name,
    status: job.status,
    name: job.name,
    description: job.message,
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    allow_failure: job.allowFailure,
    coverage: job.coverage,
    pipeline_id: pipeline.id,
    author,
  }
}
