// A new commit on a branch makes the older pipelines of that branch redundant, as far as their files allow.
import type { PipelineStatus } from './model.ts'
import type { Clock, Directory } from './ports.ts'
import type { PipelineRecord } from './records.ts'
import type { RunReader } from './store-ports.ts'

const aliveStatuses: readonly PipelineStatus[] = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'manual',
  'scheduled',
]
const oneWeekMs = 7 * 24 * 3_600_000

export async function supersedeOlder(
  deps: {
    readonly reader: Pick<RunReader, 'pipelines'>
    readonly directory: Pick<Directory, 'project'>
    readonly clock: Clock
    readonly supersede: (pipelineId: number) => Promise<void>
  },
  pipeline: PipelineRecord,
): Promise<void> {
  const { id, projectId, ref, sha, source } = pipeline
  if (ref.kind !== 'branch' || (source !== 'push' && source !== 'merge_request_event')) return
  if ((await deps.directory.project(projectId))?.project.ci?.cancelsRedundant === false) return
  const { items } = await deps.reader.pipelines(
    { projectId, ref: ref.name, statuses: aliveStatuses },
    { page: 1, perPage: 100 },
  )
  const youngest = new Date(deps.clock.now().getTime() - oneWeekMs).toISOString()
  const older = items.filter(
    each => each.id < id && each.sha !== sha && each.ref.kind === 'branch' && each.createdAt > youngest,
  )
  for (const each of older) await deps.supersede(each.id)
}
