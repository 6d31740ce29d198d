import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clearIncoming, createArtifactFiles } from '../../../src/artifacts/artifact-files.ts'
import type { ArtifactFiles, ArtifactStore, CacheStore } from '../../../src/artifacts/ports.ts'
import type { CacheRecord, NewArtifact } from '../../../src/artifacts/records.ts'
import { sweepArtifacts } from '../../../src/artifacts/sweep.ts'
import { createArtifactStore } from '../../../src/store/artifacts/artifact-store.ts'
import { createCacheStore } from '../../../src/store/artifacts/cache-store.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const at = '2026-01-01T00:00:00.000Z'
const later = '2026-02-01T00:00:00.000Z'
const project = {
  id: 1,
  namespace_id: 1,
  creator_id: null,
  name: 'p',
  path: 'p',
  full_path: 'g/p',
  description: '',
  visibility: 'private',
  default_branch: 'main',
  archived: 0,
  builds_enabled: 1,
  registry_enabled: 1,
  registry_members_only: 0,
  job_token_may_push: 0,
  created_at: at,
  last_activity_at: at,
} as const

let database: Database
let artifacts: ArtifactStore
let caches: CacheStore
let folder: TemporaryFolder
let files: ArtifactFiles

beforeEach(async () => {
  database = await openDatabase(':memory:')
  await sql`PRAGMA foreign_keys = OFF`.execute(database) // only the project's id matters here, not its group
  await database.insertInto('project').values(project).execute()
  artifacts = createArtifactStore(database)
  caches = createCacheStore(database)
  folder = await createTemporaryFolder()
  files = createArtifactFiles(folder.path)
})

afterEach(async () => {
  await database.destroy()
  await folder.remove()
})

async function stored(change: Partial<NewArtifact> = {}) {
  const received = await files.receive({ folder: '1', extension: 'zip' }, Readable.from([Buffer.from('bytes')]), 100)
  const artifact: NewArtifact = {
    projectId: 1,
    jobId: 7,
    type: 'archive',
    format: 'zip',
    filename: 'artifacts.zip',
    access: 'all',
    createdAt: at,
    expiresAt: null,
    ...received,
    ...change,
  }
  return artifacts.put(artifact)
}

async function cached(change: Partial<CacheRecord> = {}): Promise<CacheRecord> {
  const { storageKey } = await files.receive(
    { folder: 'caches', extension: 'zst' },
    Readable.from([Buffer.from('c')]),
    100,
  )
  const cache: CacheRecord = {
    projectId: 1,
    trustClass: 'branch',
    key: 'deps',
    digest: 'd',
    sizeBytes: 10,
    storageKey,
    sha256: 'e'.repeat(64),
    createdAt: at,
    usedAt: at,
    ...change,
  }
  await caches.put(cache)
  return cache
}

describe('a store of artifacts', () => {
  test('keeps one of a type for each job, the newest', async () => {
    const first = await stored()
    const second = await stored()
    expect(first.freed).toBeNull()
    expect(second.freed).toBe(first.artifact.storageKey)
    expect(await artifacts.find(7, 'archive')).toMatchObject({ storageKey: second.artifact.storageKey, sizeBytes: 5 })
    await stored({ type: 'junit' })
    expect((await artifacts.ofJobs([7, 8])).map(each => each.type)).toEqual(['archive', 'junit'])
    expect(await artifacts.usage(1)).toBe(10)
  })

  test('remembers an archive that is gone', async () => {
    const { artifact } = await stored()
    await artifacts.drop([artifact.id], later)
    expect(await artifacts.find(7, 'archive')).toBeNull()
    expect([...(await artifacts.goneArchives([7, 8]))]).toEqual([7])
    expect((await stored()).freed).toBeNull()
    expect((await artifacts.goneArchives([7])).size).toBe(0)
  })

  test('tells what has expired, unless it is kept', async () => {
    await stored({ expiresAt: at })
    await stored({ jobId: 8, expiresAt: at })
    await stored({ jobId: 9 })
    expect(await artifacts.keep(8)).toBe(true)
    expect(await artifacts.keep(99)).toBe(false)
    expect((await artifacts.expired(later, 10)).map(each => each.jobId)).toEqual([7])
  })
})

describe('a store of caches', () => {
  test('keeps trust classes apart', async () => {
    await cached({ digest: 'one' })
    await cached({ digest: 'two', trustClass: 'protected' })
    expect(await caches.find({ projectId: 1, trustClass: 'branch', key: 'deps' })).toMatchObject({
      digest: 'one',
      sha256: 'e'.repeat(64),
    })
    expect(await caches.find({ projectId: 1, trustClass: 'protected', key: 'deps' })).toMatchObject({ digest: 'two' })
    expect(await caches.find({ projectId: 2, trustClass: 'branch', key: 'deps' })).toBeNull()
  })

  test('tells the file that a newer one replaced', async () => {
    const first = await cached()
    expect(await caches.put({ ...first, storageKey: 'other' })).toEqual({ freed: first.storageKey })
  })

  test('finds what is unused, too much, or without a project', async () => {
    await cached({ key: 'old', usedAt: '2025-01-01T00:00:00.000Z' })
    await cached({ key: 'big', sizeBytes: 95, usedAt: later })
    await cached({ key: 'small', sizeBytes: 10 })
    await cached({ key: 'lost', projectId: 2, usedAt: later })
    const stale = await caches.stale({ before: '2025-06-01T00:00:00.000Z', maximumBytes: 100 })
    expect(stale.map(each => each.key).sort()).toEqual(['lost', 'old', 'small'])
  })
})

describe('a sweep', () => {
  const sweep = (latest: readonly number[] = []) =>
    sweepArtifacts({
      artifacts,
      caches,
      files,
      now: () => new Date(later),
      isOfLatestPipeline: async jobId => latest.includes(jobId),
    })

  test('removes what has expired and its file, but not of the latest pipeline', async () => {
    const gone = await stored({ expiresAt: at })
    const latest = await stored({ jobId: 8, expiresAt: at })
    const orphan = await stored({ jobId: 9, projectId: 2 })
    expect(await sweep([8])).toMatchObject({ artifacts: 2 })
    expect(await files.open(gone.artifact.storageKey)).toBeNull()
    expect(await files.open(orphan.artifact.storageKey)).toBeNull()
    expect(await artifacts.orphans(10)).toEqual([])
    const kept = await files.open(latest.artifact.storageKey)
    expect(kept?.sizeBytes).toBe(5)
    kept?.stream.destroy()
  })

  test('removes caches that nobody has used for a month', async () => {
    const cache = await cached({ usedAt: '2025-12-01T00:00:00.000Z' })
    expect(await sweep()).toMatchObject({ caches: 1, bytes: 10 })
    expect(await files.open(cache.storageKey)).toBeNull()
  })
})

describe('the files of artifacts', () => {
  test('are not there before they are whole, and leave nothing behind when they fail', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half')
        throw new Error('the line broke')
      })(),
    )
    await expect(files.receive({ folder: '1', extension: 'zip' }, broken, 100)).rejects.toThrow('the line broke')
    expect(await readdir(join(folder.path, 'incoming'))).toEqual([])
  })

  test('are refused when they are too large', async () => {
    const body = Readable.from([Buffer.alloc(60), Buffer.alloc(60)])
    await expect(files.receive({ folder: '1', extension: 'zip' }, body, 100)).rejects.toMatchObject({
      code: 'artifact_too_large',
    })
  })

  test('that an earlier process did not finish are cleared', async () => {
    await stored()
    const body = new Readable({ read() {} })
    body.push('half')
    const receiving = files.receive({ folder: '1', extension: 'zip' }, body, 100).catch(() => 'failed')
    await expect.poll(() => readdir(join(folder.path, 'incoming')).then(names => names.length)).toBe(1)
    await clearIncoming(folder.path)
    expect(await readdir(join(folder.path, 'incoming'))).toEqual([])
    body.destroy(new Error('end'))
    expect(await receiving).toBe('failed')
  })
})
