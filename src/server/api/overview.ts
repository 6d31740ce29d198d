// What runs and what failed, over all projects that the reader sees; and for administrators, the queue.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { ProjectDetails, ProjectStore } from '../../access/store-ports.ts'
import type { PipelineRecord } from '../../run/records.ts'
import type { RunnerStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { nullableString } from '../schema.ts'
import { memberViewerOf, viewerOf } from '../viewer.ts'
import { pipelineRow, toRow } from './pipeline-view-entity.ts'
import { peopleOf, type RunView } from './run-view.ts'
import { statusOf } from './runner-entity.ts'

export type OverviewDeps = {
  readonly view: RunView
  readonly projects: Pick<ProjectStore, 'byId' | 'list'>
  readonly runners: Pick<RunnerStore, 'list'>
}

const shownProjects = 100
const shownPipelines = 20
const shownJobs = 100

const queuedJob = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  project_path: Type.String(),
  status: Type.String(),
  tags: Type.Array(Type.String()),
  queued_at: nullableString,
  started_at: nullableString,
})

export function registerOverview(app: App, deps: OverviewDeps): void {
  app.get(
    '/api/v4/slipway/overview',
    {
      config: { policy: { kind: 'public' } },
      schema: {
        operationId: 'getOverview',
        tags: ['slipway'],
        summary: 'Running and failed pipelines over all projects that one sees',
        response: {
          200: Type.Object({
            running: Type.Array(pipelineRow),
            failed: Type.Array(pipelineRow),
            recent: Type.Array(pipelineRow),
            projects: Type.Array(
              Type.Object({
                id: Type.Integer(),
                path: Type.String(),
                name: Type.String(),
                last_pipeline: Type.Union([pipelineRow, Type.Null()]),
              }),
            ),
            queue: Type.Object({
              pending: Type.Integer(),
              running: Type.Integer(),
              runners_online: Type.Integer(),
              runners: Type.Integer(),
            }),
          }),
        },
      },
    },
    async request => overview(deps, request),
  )

  app.get(
    '/api/v4/slipway/queue',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'getQueue',
        tags: ['slipway'],
        summary: 'Jobs that wait for a runner, and those that run',
        response: {
          200: Type.Object({
            pending: Type.Array(queuedJob),
            pending_total: Type.Integer(),
            running: Type.Array(queuedJob),
            running_total: Type.Integer(),
          }),
        },
      },
    },
    async () => {
      const [pending, running] = await Promise.all([queued(deps, 'pending'), queued(deps, 'running')])
      return {
        pending: pending.jobs,
        pending_total: pending.total,
        running: running.jobs,
        running_total: running.total,
      }
    },
  )
}

async function overview(deps: OverviewDeps, request: FastifyRequest) {
  const projects = await visibleProjects(deps, request)
  const newest = await Promise.all(
    projects.map(async project => ({
      project,
      pipelines: (await deps.view.reads.pipelines({ projectId: project.id }, { page: 1, perPage: shownPipelines }))
        .items,
    })),
  )
  const all = newest
    .flatMap(({ project, pipelines }) => pipelines.map(pipeline => ({ project, pipeline })))
    .sort((one, other) => other.pipeline.id - one.pipeline.id)
  const running = all.filter(({ pipeline }) => isGoingOn(pipeline))
  const people = await peopleOf(
    deps.view,
    all.map(({ pipeline }) => pipeline.userId),
  )
  const rows = (chosen: readonly Placed[]) =>
    Promise.all(
      chosen
        .slice(0, shownPipelines)
        .map(({ project, pipeline }) =>
          toRow(deps.view, pipeline, project.fullPath, people.get(pipeline.userId) ?? null),
        ),
    )
  const lasts = await Promise.all(
    newest.map(({ project, pipelines }) => rows(pipelines.slice(0, 1).map(pipeline => ({ project, pipeline })))),
  )
  return {
    running: await rows(running),
    failed: await rows(newestOfRefs(all).filter(({ pipeline }) => pipeline.status === 'failed')),
    recent: await rows(all),
    projects: projects.map(({ id, fullPath, name }, index) => ({
      id,
      path: fullPath,
      name,
      last_pipeline: lasts[index]?.[0] ?? null,
    })),
    queue: await queueNumbers(deps),
  }
}

type Placed = { readonly project: ProjectDetails; readonly pipeline: PipelineRecord }

/** One's own projects first; who is member of none, or not signed in, sees what everybody sees. */
async function visibleProjects(deps: OverviewDeps, request: FastifyRequest): Promise<readonly ProjectDetails[]> {
  const order = { by: 'last_activity_at', ascending: false } as const
  const page = { limit: shownProjects, offset: 0 }
  const own = await deps.projects.list({ viewer: memberViewerOf(request.actor), minLevel: 10 }, page, order)
  if (own.items.length > 0) return own.items
  return (await deps.projects.list({ viewer: viewerOf(request.actor) }, page, order)).items
}

/** Of each branch and tag the newest one: an old failure that was mended is no news. */
function newestOfRefs(all: readonly Placed[]): readonly Placed[] {
  const seen = new Set<string>()
  return all.filter(({ pipeline: { projectId, ref } }) => {
    const key = `${projectId} ${ref.kind} ${ref.name}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function isGoingOn({ status }: PipelineRecord): boolean {
  return ['created', 'waiting_for_resource', 'preparing', 'pending', 'running', 'canceling'].includes(status)
}

async function queueNumbers({ view, runners }: OverviewDeps) {
  const one = { page: 1, perPage: 1 }
  const [pending, running, all] = await Promise.all([
    view.reads.jobs({ statuses: ['pending'], kind: 'build' }, one),
    view.reads.jobs({ statuses: ['running', 'canceling'], kind: 'build' }, one),
    runners.list({}, { page: 1, perPage: 1000 }),
  ])
  const online = all.items.filter(runner => !runner.isPaused && statusOf(runner, view.now()) === 'online')
  return { pending: pending.total, running: running.total, runners_online: online.length, runners: all.total }
}

async function queued({ view, projects }: OverviewDeps, status: 'pending' | 'running') {
  const filter = { statuses: [status], kind: 'build' as const, ascending: true }
  const { items, total } = await view.reads.jobs(filter, { page: 1, perPage: shownJobs })
  const jobs = await Promise.all(
    items.map(async job => ({
      id: job.id,
      name: job.name,
      project_path: (await projects.byId(job.projectId))?.fullPath ?? '',
      status: job.status,
      tags: [...job.tags],
      queued_at: job.queuedAt,
      started_at: job.startedAt,
    })),
  )
  return { jobs, total }
}
