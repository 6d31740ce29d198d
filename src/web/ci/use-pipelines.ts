import type { Page, Query } from '../api/client.ts'
import { listPipelines, type PipelineRow } from '../api/pipelines.ts'
import { type Resource, useResource } from '../api/resource.ts'
import { useEvents, useThrottled } from '../live/use-events.ts'

/** The pipelines of a project, live. A change of a status is shown at once; the rest is read anew soon after. */
export function usePipelines(
  project: string,
  projectId: number | undefined,
  query: Query,
): Resource<Page<PipelineRow>> {
  const pipelines = useResource(`pipelines:${project}:${JSON.stringify(query)}`, signal =>
    listPipelines(project, query, signal),
  )
  const reload = useThrottled(() => void pipelines.reload(), 1200)
  useEvents(
    projectId === undefined ? [] : [`project:${projectId}`],
    events => {
      const statuses = new Map(
        events.flatMap(event => (event.kind === 'pipeline' ? [[event.pipelineId, event.status] as const] : [])),
      )
      const page = pipelines.data
      if (page !== undefined && statuses.size > 0) {
        pipelines.replace({
          ...page,
          items: page.items.map(row => ({ ...row, status: statuses.get(row.id) ?? row.status })),
        })
      }
      reload()
    },
    reload,
  )
  return pipelines
}
