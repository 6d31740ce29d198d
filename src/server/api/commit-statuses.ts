// The statuses of a commit: its jobs, in all pipelines that ran for it, and what other tools say.
import { Type } from '@fastify/type-provider-typebox'
import type { CommitStatusStore } from '../../run/commit-status-ports.ts'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter } from '../schema.ts'
import { shaPattern, statusEntity, toJobStatus, toSaidStatus } from './commit-status-entity.ts'
import { jobUrl, peopleOf, type RunView } from './run-view.ts'

export type CommitStatusesDeps = { readonly view: RunView; readonly commitStatuses: Pick<CommitStatusStore, 'list'> }

const text = Type.Optional(Type.String({ maxLength: 255 }))

/** A commit has few pipelines; more of them than this are not looked through. */
const mostPipelines = 100

export function registerCommitStatuses(app: App, { view, commitStatuses }: CommitStatusesDeps): void {
  app.get(
    '/api/v4/projects/:id/repository/commits/:sha/statuses',
    {
      config: { policy: { kind: 'project', action: 'read_commit_status' } },
      schema: {
        operationId: 'listCommitStatuses',
        tags: ['commits'],
        params: Type.Object({ ...idParameter, sha: Type.String({ pattern: shaPattern }) }),
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
      const isOnlyOfPipelines = pipelineId !== undefined || stage !== undefined
      const said = isOnlyOfPipelines ? [] : await commitStatuses.list(project.id, request.params.sha)
      const wantedSaid = said.filter(
        each => (ref === undefined || each.ref === ref) && (name === undefined || each.name === name),
      )
      const people = await peopleOf(view, [
        ...found.map(({ job }) => job.userId),
        ...wantedSaid.map(each => each.userId),
      ])
      const statuses = [
        ...found.map(({ job, pipeline }) => ({
          ...toJobStatus(job, pipeline, people.get(job.userId) ?? null),
          target_url: jobUrl(view.url, project.fullPath, job.id),
        })),
        ...wantedSaid.map(each => toSaidStatus(each, people.get(each.userId) ?? null)),
      ]
      const page = pageOf(request.query)
      tellPage(request, reply, page, statuses.length)
      return statuses.slice(page.offset, page.offset + page.limit)
    },
  )
}
