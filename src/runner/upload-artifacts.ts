// What a job leaves to later jobs and to people: the browsable zip, and reports.
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Room } from '../executor/port.ts'
import { AppError, messageOf } from '../kit/errors.ts'
import type { FolderEntry } from '../kit/safe-folder.ts'
import { red, yellow } from '../kit/terminal-colors.ts'
import type { JobArtifacts } from '../run/protocol.ts'
import type { JobContext, JobWorld } from './job-context.ts'
import type { JobStory } from './outcome.ts'
import type { ArtifactAnswer, ArtifactUpload } from './ports.ts'
import { openProjectFiles, projectFolder } from './project-files.ts'
import { trackedFiles } from './tracked-files.ts'
import { expandText } from './variables.ts'
import { writeZip } from './zip-archive.ts'

const tries = 5

/** Null: all that there was is up. */
export async function uploadArtifacts(
  context: JobContext,
  room: Room,
  world: JobWorld,
  hasSucceeded: boolean,
): Promise<JobStory['upload']> {
  const wanted = context.folder.payload.artifacts.filter(
    ({ when = 'on_success' }) => when === 'always' || (when === 'on_success') === hasSucceeded,
  )
  if (wanted.length === 0) return null
  const section = context.sections.open(
    hasSucceeded ? 'upload_artifacts_on_success' : 'upload_artifacts_on_failure',
    `Uploading artifacts for ${hasSucceeded ? 'successful' : 'failed'} job`,
  )
  try {
    let failure: JobStory['upload'] = null
    for (const artifacts of wanted) failure = (await uploadOne(artifacts, context, room, world, section.say)) ?? failure
    return failure
  } finally {
    section.end()
    await context.sections.written()
  }
}

async function uploadOne(
  artifacts: JobArtifacts,
  context: JobContext,
  room: Room,
  world: JobWorld,
  say: (line: string) => void,
): Promise<JobStory['upload']> {
  const file = join(context.folder.directory, 'upload')
  try {
    say(
      artifacts.artifact_type === 'archive'
        ? 'Uploading artifacts...'
        : `Uploading ${artifacts.artifact_type} report...`,
    )
    const sizeBytes = await pack(artifacts, file, context, room, world, say)
    if (sizeBytes === null) {
      say(red('ERROR: No files to upload'))
      return null
    }
    return judge(await send(uploadOf(artifacts, file, sizeBytes, context), context, world), say)
  } catch (error) {
    context.signals.rest.throwIfAborted()
    return judge({ kind: 'refused', message: messageOf(error), tooLarge: false }, say)
  } finally {
    await rm(file, { force: true })
  }
}

function uploadOf(artifacts: JobArtifacts, file: string, sizeBytes: number, { variables }: JobContext): ArtifactUpload {
  const isArchive = artifacts.artifact_type === 'archive'
  const name = expandText(artifacts.name ?? (isArchive ? 'artifacts' : artifacts.artifact_type), variables)
  const ending = { zip: '.zip', gzip: '.gz', raw: '' }[artifacts.artifact_format]
  return {
    type: artifacts.artifact_type,
    format: artifacts.artifact_format,
    filename: `${name.replaceAll('/', '-')}${ending}`,
    expireIn: artifacts.expire_in ?? null,
    sizeBytes,
    open: () => createReadStream(file),
  }
}

/** Null: there is nothing to send. */
async function pack(
  artifacts: JobArtifacts,
  file: string,
  context: JobContext,
  room: Room,
  world: JobWorld,
  say: (line: string) => void,
): Promise<number | null> {
  const expand = (path: string) => expandText(path, context.variables)
  const files = openProjectFiles(
    projectFolder(context, room),
    {
      paths: (artifacts.paths ?? []).map(expand),
      exclude: (artifacts.exclude ?? []).map(expand),
      tracked: artifacts.untracked ? await trackedFiles(context, world) : null,
    },
    say,
  )
  const sizeBytes =
    artifacts.artifact_format === 'zip'
      ? await writeZip(file, files.entries, context.signals.rest)
      : await writeReport(file, files.entries, artifacts.artifact_format)
  return files.count() === 0 ? null : sizeBytes
}

/** Several files of one report follow each other; gzip allows that as it is. */
async function writeReport(file: string, entries: AsyncIterable<FolderEntry>, format: 'gzip' | 'raw'): Promise<number> {
  let flags = 'w'
  for await (const entry of entries) {
    if (entry.kind !== 'file') continue
    const content = (await entry.open()).createReadStream()
    const output = createWriteStream(file, { flags, mode: 0o600 })
    await (format === 'gzip' ? pipeline(content, createGzip(), output) : pipeline(content, output))
    flags = 'a'
  }
  return flags === 'w' ? 0 : (await stat(file)).size
}

async function send(
  upload: ArtifactUpload,
  { key, signals }: JobContext,
  { server, clock }: JobWorld,
): Promise<ArtifactAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await server.uploadArtifact(key, upload, signals.rest)
    } catch (error) {
      if (attempt === tries || !(error instanceof AppError)) throw error
      await clock.sleep(500 * 2 ** attempt * (0.5 + Math.random()), signals.rest)
    }
  }
}

function judge(answer: ArtifactAnswer, say: (line: string) => void): JobStory['upload'] {
  if (answer.kind !== 'refused') return null
  say(red(`ERROR: Uploading artifacts failed: ${answer.message}`))
  if (answer.tooLarge) say(yellow('The archive is larger than this server allows'))
  return { message: `artifacts could not be uploaded: ${answer.message}`, tooLarge: answer.tooLarge }
}
