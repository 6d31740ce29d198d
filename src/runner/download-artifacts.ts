// Artifacts of earlier jobs come into the working copy, in the order of the jobs; later ones win.
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Room } from '../executor/port.ts'
import { AppError, messageOf } from '../kit/errors.ts'
import type { JobDependency } from '../run/protocol.ts'
import { defaultLimits } from './archive-limits.ts'
import type { JobContext, JobWorld } from './job-context.ts'
import { projectFolder } from './project-files.ts'
import { extractZip } from './zip-archive.ts'

const tries = 3

export async function downloadArtifacts(
  context: JobContext,
  room: Room,
  world: JobWorld,
  signal: AbortSignal,
): Promise<void> {
  const wanted = context.folder.payload.dependencies.filter(dependency => dependency.artifacts_file !== undefined)
  if (wanted.length === 0) return
  const section = context.sections.open('download_artifacts', 'Downloading artifacts')
  try {
    for (const dependency of wanted) {
      section.say(`Downloading artifacts for ${dependency.name} (${dependency.id})...`)
      await bring(dependency, { context, room, world, signal })
    }
  } finally {
    section.end()
  }
}

type Surroundings = {
  readonly context: JobContext
  readonly room: Room
  readonly world: JobWorld
  readonly signal: AbortSignal
}

async function bring(dependency: JobDependency, { context, room, world, signal }: Surroundings): Promise<void> {
  const file = join(context.folder.directory, `download-${dependency.id}`)
  try {
    await download(dependency, file, world, signal)
    await extractZip(file, projectFolder(context, room), { limits: defaultLimits, signal })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError && error.code === 'artifacts_missing') throw error
    throw new AppError('sources_failed', `artifacts of ${dependency.name} could not be brought: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await rm(file, { force: true })
  }
}

async function download(
  dependency: JobDependency,
  file: string,
  { server, clock }: JobWorld,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const stream = await server.downloadArtifact(dependency.id, dependency.token, signal)
      if (stream === null)
        throw new AppError(
          'artifacts_missing',
          `artifacts of ${dependency.name} (${dependency.id}) are gone: expired or erased`,
        )
      return await pipeline(stream, createWriteStream(file, { mode: 0o600 }), { signal })
    } catch (error) {
      const isFinal = error instanceof AppError && error.code === 'artifacts_missing'
      if (isFinal || attempt === tries || signal.aborted) throw error
      await clock.sleep(500 * 2 ** attempt * (0.5 + Math.random()), signal)
    }
  }
}
