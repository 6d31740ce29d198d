// What an administrator's page shows beside GitLab's resources: the queue over all projects, and the room on the disk.
import { Type } from '@fastify/type-provider-typebox'
import type { ProjectStore } from '../../access/store-ports.ts'
import type { JobStatus } from '../../run/model.ts'
import type { JobRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { nullableInteger, nullableString } from '../schema.ts'
import type { RunView } from './run-view.ts'

export type StorageReport = {
  readonly uses: readonly { readonly name: string; readonly sizeBytes: number }[]
  /** Null: the system does not tell. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null
}

export type WebAdminDeps = {
  readonly reads: RunView['reads']
  readonly projects: Pick<ProjectStore, 'byId'>
  readonly storage: () => Promise<StorageReport>
}

const queuedJob = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  project_path: Type.String(),
  status: Type.String(),
  tags: Type.Array(Type.String()),
  queued_at: nullableString,
  started_at: nullableString,
})

const shownJobs = 50

export function registerWebAdmin(app: App, deps: WebAdminDeps): void {
  app.get(
    '/api/v4/slipway/queue',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'getQueue',
        tags: ['slipway'],
        summary: 'Jobs that run and jobs that wait, over all projects',
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
      const pending = await jobsIn(deps, ['pending', 'waiting_for_resource'])
      const running = await jobsIn(deps, ['running', 'canceling'])
      return {
        pending: pending.jobs,
        pending_total: pending.total,
        running: running.jobs,
        running_total: running.total,
      }
    },
  )

  app.get(
    '/api/v4/slipway/storage',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'getStorage',
        tags: ['slipway'],
        summary: 'What the data folder holds, and how much room is left',
        response: {
          200: Type.Object({
            uses: Type.Array(Type.Object({ name: Type.String(), size_bytes: Type.Integer() })),
            free_bytes: nullableInteger,
            total_bytes: nullableInteger,
          }),
        },
      },
    },
    async () => {
      const { uses, disk } = await deps.storage()
      return {
        uses: uses.map(({ name, sizeBytes }) => ({ name, size_bytes: sizeBytes })),
        free_bytes: disk?.freeBytes ?? null,
        total_bytes: disk?.totalBytes ?? null,
      }
    },
  )
}

async function jobsIn(deps: WebAdminDeps, statuses: readonly JobStatus[]) {
  const { items, total } = await deps.reads.jobs({ statuses, ascending: true }, { page: 1, perPage: shownJobs })
  const paths = new Map<number, string>()
  for (const id of new Set(items.map(job => job.projectId)))
    paths.set(id, (await deps.projects.byId(id))?.fullPath ?? '')
  return { jobs: items.map(job => toQueued(job, paths.get(job.projectId) ?? '')), total }
}

function toQueued(job: JobRecord, projectPath: string) {
  return {
    id: job.id,
    name: job.name,
    project_path: projectPath,
    status: job.status,
    tags: [...job.tags],
    queued_at: job.queuedAt,
    started_at: job.startedAt,
  }
}
