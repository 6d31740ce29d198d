// What runs and what failed over all projects that the reader sees.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { ProjectDetails, ProjectStore } from '../../access/store-ports.ts'
import type { PipelineStatus } from '../../run/model.ts'
import type { PipelineRecord } from '../../run/records.ts'
import type { RunnerStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { viewerOf } from '../viewer.ts'
import type { RunView } from './run-view.ts'
import { statusOf } from './runner-entity.ts'
import { pipelineRow } from './web-pipeline-entity.ts'
import { pipelineRowsOf } from './web-pipelines.ts'

export type WebOverviewDeps = {
  readonly view: Pick<RunView, 'reads' | 'users' | 'url' | 'now'>
  readonly projects: Pick<ProjectStore, 'list'>
  readonly runners: Pick<RunnerStore, 'list'>
}

const overview = Type.Object({
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
    runners: Type.Integer(),
    runners_online: Type.Integer(),
  }),
})

const mostProjects = 500
const shownProjects = 30
const pipelinesPerProject = 20
const shownRows = 20
const active: readonly PipelineStatus[] = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'canceling',
]
const finished: readonly PipelineStatus[] = ['success', 'failed', 'canceled']

export function registerWebOverview(app: App, deps: WebOverviewDeps): void {
  app.get(
    '/api/v4/slipway/overview',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'getOverview',
        tags: ['slipway'],
        summary: 'What runs and what failed, over all projects that one sees',
        response: { 200: overview },
      },
    },
    async request => {
      const seen = await deps.projects.list(
        { viewer: viewerOf(request.actor), archived: false },
        { limit: mostProjects, offset: 0 },
        { by: 'last_activity_at', ascending: false },
      )
      return overviewOf(deps, seen.items)
    },
  )
}

async function overviewOf(
  deps: WebOverviewDeps,
  projects: readonly ProjectDetails[],
): Promise<Static<typeof overview>> {
  const { reads } = deps.view
  const paths = new Map(projects.map(project => [project.id, project.fullPath]))
  const isSeen = (pipeline: PipelineRecord): boolean => paths.has(pipeline.projectId)
  const rows = (pipelines: readonly PipelineRecord[]) => pipelineRowsOf(deps.view, pipelines, id => paths.get(id) ?? '')
  const running = (await reads.pipelines({ statuses: active }, { page: 1, perPage: 100 })).items.filter(isSeen)
  const recent = (await reads.pipelines({ statuses: finished }, { page: 1, perPage: 100 })).items.filter(isSeen)
  const shown = projects.slice(0, shownProjects)
  const histories = await Promise.all(
    shown.map(
      async project =>
        (await reads.pipelines({ projectId: project.id }, { page: 1, perPage: pipelinesPerProject })).items,
    ),
  )
  const lastRows = await rows(histories.flatMap(history => history.slice(0, 1)))
  return {
    running: await rows(running.slice(0, shownRows)),
    failed: await rows(
      histories
        .flatMap(stillFailed)
        .sort((one, other) => other.id - one.id)
        .slice(0, shownRows),
    ),
    recent: await rows(recent.slice(0, 8)),
    projects: shown.map(project => ({
      id: project.id,
      path: project.fullPath,
      name: project.name,
      last_pipeline: lastRows.find(row => row.project_id === project.id) ?? null,
    })),
    queue: await queueOf(deps),
  }
}

/** Of each branch and tag the newest pipeline that has ended, if it failed. Newest first in, newest first out. */
function stillFailed(history: readonly PipelineRecord[]): readonly PipelineRecord[] {
  const newest = new Map<string, PipelineRecord>()
  for (const pipeline of history) {
    const ref = `${pipeline.ref.kind} ${pipeline.ref.name}`
    if (finished.includes(pipeline.status) && !newest.has(ref)) newest.set(ref, pipeline)
  }
  return [...newest.values()].filter(pipeline => pipeline.status === 'failed')
}

async function queueOf({ view, runners }: WebOverviewDeps) {
  const one = { page: 1, perPage: 1 }
  const pending = await view.reads.jobs({ statuses: ['pending'] }, one)
  const running = await view.reads.jobs({ statuses: ['running'] }, one)
  const known = await runners.list({}, { page: 1, perPage: 100 })
  return {
    pending: pending.total,
    running: running.total,
    runners: known.total,
    runners_online: known.items.filter(runner => statusOf(runner, view.now()) === 'online').length,
  }
}
