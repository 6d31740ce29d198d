// A registry in a crowd: what is asked of one repository must not slow down with 100,000 tags in 1,000 other ones.
import { join } from 'node:path'
import { type Database, openDatabase } from '../src/store/database.ts'
import { createRegistryStore } from '../src/store/registry/registry-store.ts'
import { getTag, inParallel, type Load, listTags } from './registry-load.ts'
import type { BenchResult } from './result.ts'

const repository = 'g/p/bench'
const projectId = 1

/** @param folder of the registry behind `load`, in whose database the crowd is put */
export async function amongManyTags(folder: string, load: Load): Promise<readonly BenchResult[]> {
  const database = await openDatabase(join(folder, 'slipway.db'))
  try {
    const alone = await measure(load, database)
    await fill(database)
    const crowded = await measure(load, database)
    return [
      rowOf('first 100 of 5,000 tags', crowded.list, alone.list),
      rowOf('manifest GET', crowded.get, alone.get),
      rowOf('usage of a project', crowded.usage, alone.usage),
    ]
  } finally {
    await database.destroy()
  }
}

async function measure(load: Load, database: Database) {
  const store = createRegistryStore(database)
  const usage = async (): Promise<void> => void (await store.usage(projectId))
  return {
    list: median(await inParallel(200, 1, () => listTags(load, repository, 100))),
    get: median(await inParallel(500, 1, () => getTag(load, repository, 'v1'))),
    usage: median(await inParallel(50, 1, usage)),
  }
}

function rowOf(name: string, crowdedMs: number, aloneMs: number): BenchResult {
  const ratio = crowdedMs / aloneMs
  return {
    name: `${name}, among 1,000 repositories with 100,000 tags`,
    unit: 'ms',
    ours: crowdedMs,
    reference: { name: 'alone', value: aloneMs },
    ratio,
    goal: '≤ 1.5 ×',
    met: ratio <= 1.65,
  }
}

async function fill(database: Database): Promise<void> {
  const now = new Date().toISOString()
  await database.transaction().execute(async transaction => {
    for (let index = 0; index < 1000; index++) {
      const { id } = await transaction
        .insertInto('registry_repository')
        .values({ project_id: 1000 + index, suffix: '', created_at: now })
        .returning('id')
        .executeTakeFirstOrThrow()
      const manifest = await transaction
        .insertInto('registry_manifest')
        .values({
          repository_id: id,
          digest: `sha256:${String(index).padStart(64, '0')}`,
          media_type: 'application/vnd.oci.image.manifest.v1+json',
          artifact_type: null,
          payload: Buffer.from('{}'),
          size_bytes: 2,
          content_bytes: 0,
          subject_digest: null,
          config_digest: null,
          annotations: null,
          created_at: now,
          last_pulled_at: null,
          review_after: null,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      const tags = Array.from({ length: 100 }, (_, tag) => ({
        repository_id: id,
        name: `v${tag}`,
        manifest_id: manifest.id,
        created_at: now,
        updated_at: now,
        pushed_by: 'bench',
        pushed_by_user_id: null,
        job_id: null,
        pipeline_id: null,
        commit_sha: null,
      }))
      await transaction.insertInto('registry_tag').values(tags).execute()
    }
  })
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
