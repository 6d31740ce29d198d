// Caches: brought before the script, saved after it. Best effort: nothing that goes wrong here fails a job. The server
// keeps them apart by project and trust class, which it knows from the lease token.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Room } from '../executor/port.ts'
import { messageOf } from '../kit/errors.ts'
import { type FolderEntry, walkFolder } from '../kit/safe-folder.ts'
import { yellow } from '../kit/terminal-colors.ts'
import type { JobCache } from '../run/protocol.ts'
import { defaultLimits } from './archive-limits.ts'
import { chooseFiles } from './file-choice.ts'
import type { JobContext, JobWorld } from './job-context.ts'
import { openProjectFiles, projectFolder } from './project-files.ts'
import { extractTar, writeTar } from './tar-archive.ts'
import { blobIds, trackedFiles } from './tracked-files.ts'
import { expandText } from './variables.ts'

export async function restoreCaches(
  context: JobContext,
  room: Room,
  world: JobWorld,
  signal: AbortSignal,
): Promise<void> {
  const wanted = context.folder.payload.cache.filter(cache => cache.policy !== 'push')
  if (wanted.length === 0) return
  const section = context.sections.open('restore_cache', 'Restoring cache')
  for (const cache of wanted) {
    try {
      await restore(cache, { context, room, world, signal, say: section.say })
    } catch (error) {
      if (signal.aborted) break
      section.say(yellow(`WARNING: the cache could not be brought: ${messageOf(error)}`))
    }
  }
  section.end()
  signal.throwIfAborted()
}

export async function saveCaches(
  context: JobContext,
  room: Room,
  world: JobWorld,
  hasSucceeded: boolean,
): Promise<void> {
  const wanted = context.folder.payload.cache
    .filter(cache => cache.policy !== 'pull')
    .filter(({ when }) => when === 'always' || (when === 'on_success') === hasSucceeded)
  if (wanted.length === 0) return
  const section = context.sections.open(
    hasSucceeded ? 'archive_cache' : 'archive_cache_on_failure',
    `Saving cache for ${hasSucceeded ? 'successful' : 'failed'} job`,
  )
  for (const cache of wanted) {
    try {
      await save(cache, { context, room, world, signal: context.signals.rest, say: section.say })
    } catch (error) {
      if (context.signals.rest.aborted) break
      section.say(yellow(`WARNING: the cache could not be saved: ${messageOf(error)}`))
    }
  }
  section.end()
  await context.sections.written()
}

type Surroundings = {
  readonly context: JobContext
  readonly room: Room
  readonly world: JobWorld
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

async function restore(cache: JobCache, around: Surroundings): Promise<void> {
  const { context, room, say, signal } = around
  const key = await keyOf(cache, around)
  const fallbacks = [
    ...cache.fallback_keys,
    context.variables.find(each => each.key === 'CACHE_FALLBACK_KEY')?.value ?? '',
  ]
  for (const candidate of [key, ...fallbacks.map(text => expandText(text, context.variables)).filter(Boolean)]) {
    say(`Checking cache for ${candidate}...`)
    const file = await download(candidate, around)
    if (file === null) continue
    await extractTar(file, projectFolder(context, room), { limits: defaultLimits, signal }).finally(() =>
      rm(file, { force: true }),
    )
    say('Successfully extracted cache')
    return
  }
}

/** Null: there is none, or it is not what was kept; nothing of such a one is unpacked. */
async function download(cacheKey: string, { context, world, say, signal }: Surroundings): Promise<string | null> {
  const kept = await world.server.downloadCache(context.key, cacheKey, signal)
  if (kept === null) {
    say(`No cache is kept under ${cacheKey}`)
    return null
  }
  const file = join(context.folder.directory, 'cache-download')
  const sha256 = await write(kept.stream, file, signal)
  if (kept.sha256 === null || kept.sha256 === sha256) return file
  await rm(file, { force: true })
  say(yellow(`WARNING: the cache under ${cacheKey} is not what was kept (its digest differs): it is not used`))
  return null
}

async function write(stream: NodeJS.ReadableStream, file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const hashed = async function* (chunks: AsyncIterable<string | Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
  await pipeline(stream, hashed, createWriteStream(file, { mode: 0o600 }), { signal })
  return hash.digest('hex')
}

async function save(cache: JobCache, around: Surroundings): Promise<void> {
  const { context, room, world, signal, say } = around
  const cacheKey = await keyOf(cache, around)
  say(`Creating cache ${cacheKey}...`)
  const digest = await fingerprint(cache, around)
  if ((await world.server.cacheDigest(context.key, cacheKey, signal)) === digest)
    return say('Nothing in it has changed: it is kept as it is')
  const file = join(context.folder.directory, 'cache-upload')
  try {
    const files = openProjectFiles(projectFolder(context, room), await wishOf(cache, around), say)
    const sizeBytes = await writeTar(file, files.entries, signal)
    if (files.count() === 0) return say(yellow('WARNING: there is nothing to keep'))
    await world.server.uploadCache(
      context.key,
      { cacheKey, digest, sizeBytes, open: () => createReadStream(file) },
      signal,
    )
    say('Created cache')
  } finally {
    await rm(file, { force: true })
  }
}

async function wishOf(cache: JobCache, { context, world }: Surroundings) {
  return {
    paths: cache.paths.map(path => expandText(path, context.variables)),
    exclude: [],
    tracked: cache.untracked ? await trackedFiles(context, world) : null,
  }
}

async function keyOf(cache: JobCache, { context, world }: Surroundings): Promise<string> {
  if (cache.key_files === undefined) return expandText(cache.key, context.variables) || 'default'
  const { files, prefix } = cache.key_files
  const ids = await blobIds(files, context, world)
  const hash =
    ids.length === 0
      ? 'default'
      : createHash('sha1')
          .update([...ids].sort().join('-'))
          .digest('hex')
  const before = expandText(prefix, context.variables)
  return before === '' ? hash : `${before}-${hash}`
}

/** Names, sizes, modes and times: reading the contents would take as long as sending them. */
async function fingerprint(cache: JobCache, around: Surroundings): Promise<string> {
  const choice = chooseFiles(await wishOf(cache, around))
  const hash = createHash('sha256')
  for await (const entry of walkFolder(projectFolder(around.context, around.room), choice.mayEnter)) {
    if (!choice.takes(entry)) continue
    hash.update(
      JSON.stringify([entry.path, entry.kind, entry.target, ...(entry.kind === 'file' ? factsOf(entry) : [])]),
    )
  }
  return hash.digest('hex')
}

function factsOf({ sizeBytes, mode, mtime }: FolderEntry): readonly number[] {
  return [sizeBytes, mode, Math.floor(mtime.getTime() / 1000)]
}
