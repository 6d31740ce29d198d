// The files of the job's commit, asked of the mirror: the job's own `.git` may have been made to lie, or to run things.
import type { MirrorOrder } from './git-mirror.ts'
import { mirrorOrder } from './git-source.ts'
import type { JobContext, JobWorld } from './job-context.ts'

export async function trackedFiles({ folder, signals }: JobContext, world: JobWorld): Promise<ReadonlySet<string>> {
  const { rest } = signals
  const order = orderOf(folder, world)
  const directory = await world.mirrors.withCommit(order, rest)
  const names = await world.git(['ls-tree', '-r', '-z', '--name-only', order.sha], {
    directory,
    access: null,
    signal: rest,
  })
  return new Set(names.split('\0').filter(Boolean))
}

/** Blob ids of the files that exist in the commit, for `cache:key:files`. */
export async function blobIds(
  paths: readonly string[],
  { folder, signals }: JobContext,
  world: JobWorld,
): Promise<readonly string[]> {
  const { work } = signals
  const order = orderOf(folder, world)
  const directory = await world.mirrors.withCommit(order, work)
  const call = { directory, access: null, signal: work }
  const listed = await world.git(['ls-tree', '-r', '-z', order.sha, '--', ...paths], call)
  return listed
    .split('\0')
    .filter(Boolean)
    .map(line => line.split(/\s/)[2] ?? '')
}

function orderOf({ payload }: JobContext['folder'], { settings }: JobWorld): MirrorOrder {
  return mirrorOrder({ payload, serverUrl: settings.serverUrl, caFile: settings.authority?.file ?? null })
}
