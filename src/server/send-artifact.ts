// Gives out the file of an artifact. Always as a download and never as a page of ours: what a job wrote is not trusted.
import type { FastifyReply } from 'fastify'
import type { ArtifactFiles } from '../artifacts/ports.ts'
import type { ArtifactRecord } from '../artifacts/records.ts'
import { notFound } from './plugins/errors.ts'

const types: Readonly<Record<ArtifactRecord['format'], string>> = {
  zip: 'application/zip',
  gzip: 'application/gzip',
  raw: 'application/octet-stream',
}

export async function sendArtifact(
  files: Pick<ArtifactFiles, 'open'>,
  artifact: ArtifactRecord,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const opened = await files.open(artifact.storageKey)
  if (opened === null) throw notFound('Artifacts')
  return reply
    .type(types[artifact.format])
    .header('content-length', opened.sizeBytes)
    .header('content-disposition', attachment(artifact.filename))
    .header('content-security-policy', 'sandbox')
    .send(opened.stream)
}

/** RFC 6266: a plain name for old clients, the exact one for the others. */
export function attachment(filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\]/g, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(filename.toWellFormed())}`
}
