// Events that somebody outside must be told of are written in the transaction that made them true, so that none is lost and
// none is told of what did not happen. Where nobody listens, nothing is written.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../tables.ts'

export type OutboxEvent = {
  readonly action: 'push' | 'delete'
  readonly repositoryId: number
  readonly tag: string | null
  readonly digest: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly username: string
  readonly at: string
}

export async function recordEvent(transaction: Transaction<Tables>, event: OutboxEvent): Promise<void> {
  await sql`INSERT INTO registry_event (action, project_id, suffix, tag, digest, media_type, size_bytes, username, at)
    SELECT ${event.action}, project_id, suffix, ${event.tag}, ${event.digest}, ${event.mediaType}, ${event.sizeBytes},
      ${event.username}, ${event.at}
    FROM registry_repository AS repository WHERE id = ${event.repositoryId} AND (
      EXISTS (SELECT 1 FROM registry_webhook AS hook WHERE hook.project_id = repository.project_id)
      OR EXISTS (SELECT 1 FROM registry_follow AS follow WHERE follow.source_project_id = repository.project_id)
    )`.execute(transaction)
}
