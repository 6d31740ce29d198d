// Opens a job's room and fills it, all at the same time; or takes over the room that an earlier process had filled.
import { relative } from 'node:path'
import type { Room } from '../executor/port.ts'
import { allOrAbort, untilAborted } from '../kit/abort.ts'
import { AppError } from '../kit/errors.ts'
import { green } from '../kit/terminal-colors.ts'
import { fillWorkspace } from './fill-workspace.ts'
import { fetchAhead, type SourceCommit, type SourceFolder, writeSources } from './git-source.ts'
import type { JobContext, JobWorld } from './job-context.ts'

/** `onOpen` is told of the room before anything in it can fail, so that it is closed whatever happens. */
export async function prepareRoom(context: JobContext, world: JobWorld, onOpen: (room: Room) => void): Promise<void> {
  const { order, sections, trace } = context
  const { work } = context.signals
  const isSecondTry = !trace.isNew
  const failing = new AbortController()
  const commit = commitOf(context, world)
  const fetched = fetchAhead(commit, { ...world, signal: AbortSignal.any([work, failing.signal]) })
  await greet(context, world)
  const section = sections.open('prepare_executor', 'Preparing the "docker" executor')
  const sources = sections.open('get_sources', 'Getting source from Git repository')
  try {
    // A process that died while it prepared may have left parts of the same room.
    if (isSecondTry) await world.executor.removeRoom(order.key)
    const room = await world.executor.openRoom(order, work)
    onOpen(room)
    section.say(`Using Docker executor with image ${order.image.image} ...`)
    const git = Promise.withResolvers<void>()
    await allOrAbort<void>(
      [
        async signal => {
          await room.furnish({ sourcesReady: untilAborted(git.promise, signal), say: section.say }, signal)
          section.end()
        },
        async signal => {
          await writeSources({ ...commit, ...folderOf(context, room) }, { ...world, say: sources.say, signal })
          sources.end()
          git.resolve()
          await fillWorkspace(context, room, world, signal)
        },
      ],
      work,
    )
    await room.workspace.publish(work)
  } catch (error) {
    failing.abort(error)
    throw error
  } finally {
    await fetched
    section.end()
    sources.end()
  }
}

/** The room in which the script runs already, or ran. */
export async function adoptRoom({ order, signals }: JobContext, { executor }: JobWorld): Promise<Room> {
  const room = await executor.adoptRoom(order, signals.work)
  if (room !== null) return room
  throw new AppError('container_failed', 'the job’s container is gone: it ended while no runner was there to see it')
}

async function greet({ trace, folder }: JobContext, { settings }: JobWorld): Promise<void> {
  const again = trace.isNew ? '' : green('The runner was started anew and begins the preparation again\n')
  const { time_in_queue_seconds: waited } = folder.payload.job_info
  await trace.say(
    `${again}Running with slipway-runner ${settings.version} on ${settings.runnerName} (queued for ${waited} s)\n`,
  )
}

function commitOf({ folder, variables }: JobContext, { settings }: JobWorld): SourceCommit {
  const { serverUrl, authority } = settings
  return { payload: folder.payload, variables, serverUrl, caFile: authority?.file ?? null }
}

function folderOf({ order }: JobContext, { workspace }: Room): SourceFolder {
  const projectPath = relative(order.buildsDirectory, order.projectDirectory)
  return { workspaceDirectory: workspace.directory, projectPath }
}
