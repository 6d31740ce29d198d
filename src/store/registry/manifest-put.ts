// Putting a manifest: all that it needs is looked at and taken hold of in one transaction, so that the garbage collection
// comes either before (the put is refused, the client pushes anew) or after (it finds everything in use).
import { sql, type Transaction } from 'kysely'
import type { NewManifest, PutOutcome } from '../../registry/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Tables } from '../tables.ts'
import { recordEvent } from './event-outbox.ts'

export async function putManifest(transaction: Transaction<Tables>, manifest: NewManifest): Promise<PutOutcome> {
  const tags = await currentTags(transaction, manifest)
  const fixed = manifest.immutableTags.find(tag => tags.has(tag) && tags.get(tag)?.digest !== manifest.digest)
  if (fixed !== undefined) return { kind: 'immutable', tag: fixed }
  if (!isExpected(manifest, tags)) return { kind: 'unexpected' }

  const known = await findManifestId(transaction, manifest.repository.id, manifest.digest)
  if (known !== null) {
    await pointTags(transaction, manifest, known, tags)
    await recordPushes(transaction, manifest)
    return { kind: 'stored' }
  }
  const needs = await findNeeds(transaction, manifest)
  if (needs.missing.length > 0) return { kind: 'missing', digests: needs.missing }
  const id = await insertManifest(transaction, manifest, needs)
  await pointTags(transaction, manifest, id, tags)
  await recordPushes(transaction, manifest)
  return { kind: 'stored' }
}

async function recordPushes(transaction: Transaction<Tables>, manifest: NewManifest): Promise<void> {
  for (const tag of manifest.tags.length > 0 ? manifest.tags : [null]) {
    await recordEvent(transaction, {
      action: 'push',
      repositoryId: manifest.repository.id,
      tag,
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      sizeBytes: manifest.payload.byteLength,
      username: manifest.pusher.username,
      at: manifest.now,
    })
  }
}

type CurrentTag = { readonly manifestId: number; readonly digest: string }

async function currentTags(
  transaction: Transaction<Tables>,
  manifest: NewManifest,
): Promise<ReadonlyMap<string, CurrentTag>> {
  if (manifest.tags.length === 0) return new Map()
  const rows = await transaction
    .selectFrom('registry_tag as tag')
    .innerJoin('registry_manifest as manifest', 'manifest.id', 'tag.manifest_id')
    .select(['tag.name', 'tag.manifest_id', 'manifest.digest'])
    .where('tag.repository_id', '=', manifest.repository.id)
    .where('tag.name', 'in', manifest.tags)
    .execute()
  return new Map(rows.map(row => [row.name, { manifestId: row.manifest_id, digest: row.digest }]))
}

function isExpected(manifest: NewManifest, tags: ReadonlyMap<string, CurrentTag>): boolean {
  if (manifest.expected === null) return true
  return manifest.tags.every(tag => (tags.get(tag)?.digest ?? 'absent') === manifest.expected)
}

async function findManifestId(
  transaction: Transaction<Tables>,
  repositoryId: number,
  digest: Digest,
): Promise<number | null> {
  const row = await transaction
    .selectFrom('registry_manifest')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('digest', '=', digest)
    .executeTakeFirst()
  return row?.id ?? null
}

type Needs = {
  readonly missing: readonly Digest[]
  readonly blobIds: readonly number[]
  readonly childIds: readonly number[]
  readonly childBytes: number
}

async function findNeeds(transaction: Transaction<Tables>, manifest: NewManifest): Promise<Needs> {
  const wanted = [...new Set([...manifest.blobs.map(blob => blob.digest), ...manifest.children])]
  const blobs = await heldBlobs(transaction, manifest.repository.id, wanted)
  const children = await manifestsOf(transaction, manifest.repository.id, manifest.children)
  const isThere = new Set([...blobs.map(row => row.digest), ...children.map(row => row.digest)])
  const blobDigests = new Set(blobs.map(row => row.digest))
  const missing = [
    ...manifest.blobs.map(blob => blob.digest).filter(digest => !blobDigests.has(digest)),
    ...manifest.children.filter(digest => !isThere.has(digest)),
  ]
  return {
    missing: [...new Set(missing)],
    blobIds: blobs.map(row => row.id),
    childIds: children.map(row => row.id),
    childBytes: [...children.map(row => row.content_bytes), ...blobs.map(row => row.size_bytes)].reduce(
      (sum, bytes) => sum + bytes,
      0,
    ),
  }
}

async function heldBlobs(transaction: Transaction<Tables>, repositoryId: number, digests: readonly string[]) {
  if (digests.length === 0) return []
  return transaction
    .selectFrom('registry_blob as blob')
    .innerJoin('registry_repository_blob as held', 'held.blob_id', 'blob.id')
    .select(['blob.id', 'blob.digest', 'blob.size_bytes'])
    .where('held.repository_id', '=', repositoryId)
    .where('blob.state', '=', 'stored')
    .where('blob.digest', 'in', sql<string>`(SELECT value FROM json_each(${JSON.stringify(digests)}))`)
    .execute()
}

async function manifestsOf(transaction: Transaction<Tables>, repositoryId: number, digests: readonly string[]) {
  if (digests.length === 0) return []
  return transaction
    .selectFrom('registry_manifest')
    .select(['id', 'digest', 'content_bytes'])
    .where('repository_id', '=', repositoryId)
    .where('digest', 'in', sql<string>`(SELECT value FROM json_each(${JSON.stringify(digests)}))`)
    .execute()
}

async function insertManifest(transaction: Transaction<Tables>, manifest: NewManifest, needs: Needs): Promise<number> {
  const hasSubjectHere =
    manifest.subject !== null && (await findManifestId(transaction, manifest.repository.id, manifest.subject)) !== null
  const { id } = await transaction
    .insertInto('registry_manifest')
    .values({
      repository_id: manifest.repository.id,
      digest: manifest.digest,
      media_type: manifest.mediaType,
      artifact_type: manifest.artifactType,
      payload: manifest.payload,
      size_bytes: manifest.payload.byteLength,
      content_bytes: needs.childBytes,
      subject_digest: manifest.subject,
      config_digest: manifest.configDigest,
      annotations: manifest.subject === null ? null : JSON.stringify(manifest.annotations),
      created_at: manifest.now,
      last_pulled_at: null,
      review_after: manifest.tags.length > 0 || hasSubjectHere ? null : manifest.untaggedReviewAfter,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await linkNeeds(transaction, id, manifest, needs)
  return id
}

/** What it needs is in use from now on: out of the review queue. Its referrers, pushed before it, too. */
async function linkNeeds(
  transaction: Transaction<Tables>,
  id: number,
  manifest: NewManifest,
  needs: Needs,
): Promise<void> {
  const blobIds = sql`SELECT value FROM json_each(${JSON.stringify(needs.blobIds)})`
  const childIds = sql`SELECT value FROM json_each(${JSON.stringify(needs.childIds)})`
  if (needs.blobIds.length > 0) {
    await sql`INSERT INTO registry_manifest_blob (manifest_id, blob_id) SELECT ${id}, value FROM (${blobIds})`.execute(
      transaction,
    )
    await sql`UPDATE registry_repository_blob SET review_after = NULL
      WHERE repository_id = ${manifest.repository.id} AND blob_id IN (${blobIds})`.execute(transaction)
  }
  if (needs.childIds.length > 0) {
    await sql`INSERT INTO registry_manifest_child (parent_id, child_id) SELECT ${id}, value FROM (${childIds})`.execute(
      transaction,
    )
    await sql`UPDATE registry_manifest SET review_after = NULL WHERE id IN (${childIds})`.execute(transaction)
  }
  await sql`UPDATE registry_manifest SET review_after = NULL
    WHERE repository_id = ${manifest.repository.id} AND subject_digest = ${manifest.digest}`.execute(transaction)
}

async function pointTags(
  transaction: Transaction<Tables>,
  manifest: NewManifest,
  manifestId: number,
  before: ReadonlyMap<string, CurrentTag>,
): Promise<void> {
  const { pusher, now } = manifest
  const record = {
    manifest_id: manifestId,
    updated_at: now,
    pushed_by: pusher.username,
    pushed_by_user_id: pusher.userId,
    job_id: pusher.job?.id ?? null,
    pipeline_id: pusher.job?.pipelineId ?? null,
    commit_sha: pusher.job?.commitSha ?? null,
  }
  for (const name of manifest.tags) {
    await transaction
      .insertInto('registry_tag')
      .values({ repository_id: manifest.repository.id, name, created_at: now, ...record })
      .onConflict(conflict => conflict.columns(['repository_id', 'name']).doUpdateSet(record))
      .execute()
    await recordJobPush(transaction, manifest, name)
  }
  if (manifest.tags.length > 0) await settleReviews(transaction, manifest, manifestId, before)
}

async function recordJobPush(transaction: Transaction<Tables>, manifest: NewManifest, tag: string): Promise<void> {
  const { job } = manifest.pusher
  if (job === null) return
  await transaction
    .insertInto('registry_job_push')
    .values({
      project_id: manifest.repository.projectId,
      suffix: manifest.repository.suffix,
      tag,
      digest: manifest.digest,
      job_id: job.id,
      pipeline_id: job.pipelineId,
      pushed_at: manifest.now,
    })
    .execute()
}

/** The manifest that has a tag now is not in question; those that may have lost their last one are. */
async function settleReviews(
  transaction: Transaction<Tables>,
  manifest: NewManifest,
  manifestId: number,
  before: ReadonlyMap<string, CurrentTag>,
): Promise<void> {
  await transaction
    .updateTable('registry_manifest')
    .set({ review_after: null })
    .where('id', '=', manifestId)
    .where('review_after', 'is not', null)
    .execute()
  for (const { manifestId: left } of before.values()) {
    if (left === manifestId) continue
    await transaction
      .updateTable('registry_manifest')
      .set({ review_after: manifest.untaggedReviewAfter })
      .where('id', '=', left)
      .execute()
  }
}
