// Jobs and pipelines by their id alone, as the command line names them: the answer tells the project. Who may not read
// the project gets what one gets for an id that is not there.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Project } from '../../access/model.ts'
import type { ProjectAction } from '../../access/policy.ts'
import type { Access } from '../../access/ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { integerParameter } from '../schema.ts'
import { placedJobEntity, toJobs } from './job-entity.ts'
import { pipelineFull, toPipelineFull } from './pipeline-entity.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type ByIdDeps = { readonly view: RunView; readonly access: Pick<Access, 'project'> }

const placedProject = placedJobEntity.properties.project
const placedPipeline = Type.Object({ ...pipelineFull.properties, project: placedProject })
const policy = {
  policy: { kind: 'self_checked', why: 'read_job or read_pipeline in the project of the thing' },
} as const

export function registerById(app: App, { view, access }: ByIdDeps): void {
  app.get(
    '/api/v4/slipway/jobs/:job_id',
    {
      config: policy,
      schema: {
        operationId: 'findJob',
        tags: ['slipway'],
        summary: 'A job of any project, by its id',
        params: Type.Object({ job_id: integerParameter }),
        response: { 200: placedJobEntity },
      },
    },
    async request => {
      const job = await view.reads.job(request.params.job_id)
      const project = job === null ? null : await readable(access, request, job.projectId, 'read_job')
      const pipeline = job === null ? null : await view.reads.pipeline(job.pipelineId)
      if (job === null || project === null || pipeline === null) throw notFound('Job')
      const [entity] = await toJobs(view, [job], new Map([[pipeline.id, pipeline]]), project.fullPath)
      if (entity === undefined) throw notFound('Job')
      return { ...entity, project: named(project) }
    },
  )

  app.get(
    '/api/v4/slipway/pipelines/:pipeline_id',
    {
      config: policy,
      schema: {
        operationId: 'findPipeline',
        tags: ['slipway'],
        summary: 'A pipeline of any project, by its id',
        params: Type.Object({ pipeline_id: integerParameter }),
        response: { 200: placedPipeline },
      },
    },
    async request => {
      const pipeline = await view.reads.pipeline(request.params.pipeline_id)
      const project = pipeline === null ? null : await readable(access, request, pipeline.projectId, 'read_pipeline')
      if (pipeline === null || project === null) throw notFound('Pipeline')
      const people = await peopleOf(view, [pipeline.userId])
      const place = { url: view.url, projectPath: project.fullPath }
      return { ...toPipelineFull(pipeline, place, people.get(pipeline.userId) ?? null), project: named(project) }
    },
  )
}

async function readable(
  access: Pick<Access, 'project'>,
  request: FastifyRequest,
  projectId: number,
  action: ProjectAction,
): Promise<Project | null> {
  const found = await access.project(request.actor, projectId)
  return found?.may(action).allowed === true ? found.project : null
}

function named({ id, name, path, fullPath }: Project) {
  return { id, name, path, path_with_namespace: fullPath }
}
