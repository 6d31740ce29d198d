// Manifests: GET and HEAD as they were pushed, PUT, DELETE of a tag or of a digest (specification, end-3, 7, 9).
import { createHash } from 'node:crypto'
import { RegistryError } from './errors.ts'
import { type Answer, answer, type Exchange, readBody } from './exchange.ts'
import type { OpenRepository } from './gate.ts'
import type { Limits } from './limits.ts'
import { type Manifest, maxManifestBytes, neededBlobs, parseManifest } from './manifest.ts'
import type { ImageStore, PutOutcome, RegistryEvent, StoredManifest } from './ports.ts'
import { pusherOf } from './pusher.ts'
import { algorithmOf, type Digest, hexOf, isDigest, isTag, parseReference, type Reference } from './reference.ts'
import { type Removal, unknownManifest } from './removal.ts'
import { type Grace, isNearlyDue, reviewTime } from './review.ts'

export type ManifestServer = {
  readonly get: (exchange: Exchange, repository: OpenRepository, reference: string) => Promise<Answer>
  readonly put: (exchange: Exchange, repository: OpenRepository, reference: string) => Promise<Answer>
  readonly delete: (repository: OpenRepository, reference: string) => Promise<Answer>
}

const maxTagsOfOnePut = 100

export function createManifestServer(deps: {
  readonly store: ImageStore
  readonly limits: Limits
  readonly removal: Removal
  readonly grace: Grace
  readonly clock: () => number
  readonly onEvent: (event: RegistryEvent) => Promise<void>
  readonly onPull: (manifestId: number) => void
}): ManifestServer {
  const { store, limits, removal, grace, clock, onEvent, onPull } = deps
  const now = () => new Date(clock()).toISOString()

  async function find({ place }: OpenRepository, reference: Reference): Promise<StoredManifest | null> {
    if (reference.kind === 'tag') return store.manifestByTag(place, reference.tag)
    return store.manifestByDigest(place, reference.digest)
  }

  function eventOf(
    repository: OpenRepository,
    rest: Pick<RegistryEvent, 'action' | 'tag' | 'digest' | 'mediaType' | 'sizeBytes'>,
  ): RegistryEvent {
    return {
      projectId: repository.place.projectId,
      repository: repository.name,
      actor: repository.actor,
      at: now(),
      ...rest,
    }
  }

  return {
    async get(exchange, repository, text) {
      const reference = parseReference(text)
      const manifest = reference === null ? null : await find(repository, reference)
      if (manifest === null) throw unknownManifest(text)
      // A client that sees it may be about to push an index of it.
      if (isNearlyDue(manifest.reviewAfter, clock(), grace.blobMs)) {
        await store.renewManifest(manifest.id, reviewTime(clock(), grace.blobMs))
      }
      const headers = { 'Docker-Content-Digest': manifest.digest, ETag: `"${manifest.digest}"` }
      if (exchange.request.headers['if-none-match'] === headers.ETag) return answer(304, headers)
      if (exchange.method === 'GET') onPull(manifest.id)
      const length = manifest.payload.byteLength
      return answer(200, { ...headers, 'Content-Type': manifest.mediaType, 'Content-Length': length }, manifest.payload)
    },

    async put(exchange, repository, text) {
      const reference = parseReference(text)
      if (reference === null) throw invalidReference(text)
      const tags = tagsOf(exchange, reference)
      await limits.demandRepository(repository, 'push')
      await limits.demandTags(repository, tags, 'push')
      await limits.room(repository.place.projectId)
      const payload = await readBody(exchange.request, maxManifestBytes, 'MANIFEST_TOO_LARGE')
      const digest = digestOf(payload, reference)
      const manifest = parseManifest(payload, exchange.request.headers['content-type'])
      const outcome = await store.putManifest({
        repository: await store.ensureRepository(repository.place, now()),
        digest,
        mediaType: manifest.mediaType,
        artifactType: manifest.artifactType,
        payload,
        subject: manifest.subject,
        configDigest: manifest.config?.digest ?? null,
        annotations: manifest.annotations,
        blobs: neededBlobs(manifest),
        children: manifest.children.map(child => child.digest),
        tags,
        immutableTags: await limits.immutable(repository.place.projectId, tags),
        expected: expectedDigest(exchange),
        pusher: pusherOf(repository.actor, repository.job),
        now: now(),
        untaggedReviewAfter: reviewTime(clock(), grace.untaggedMs),
      })
      refuseUnless(outcome)
      const facts = { digest, mediaType: manifest.mediaType, sizeBytes: payload.byteLength }
      for (const tag of tags.length > 0 ? tags : [null])
        await onEvent(eventOf(repository, { action: 'push', tag, ...facts }))
      return answer(201, createdHeaders(repository.name, digest, manifest, reference, tags))
    },

    async delete(repository, text) {
      const reference = parseReference(text)
      if (reference === null) throw unknownManifest(text)
      if (reference.kind === 'tag') await removal.tag(repository, reference.tag)
      else await removal.manifest(repository, reference.digest)
      return answer(202)
    },
  }
}

function tagsOf({ query }: Exchange, reference: Reference): readonly string[] {
  if (reference.kind === 'tag') return [reference.tag]
  const tags = [...new Set(query.getAll('tag'))]
  if (tags.length > maxTagsOfOnePut)
    throw new RegistryError('TAG_LIST_TOO_LONG', `at most ${maxTagsOfOnePut} tags in one request`)
  const bad = tags.find(tag => !isTag(tag))
  if (bad !== undefined) throw new RegistryError('TAG_INVALID', `'${bad.slice(0, 150)}' is not a tag`)
  return tags
}

function digestOf(payload: Buffer, reference: Reference): Digest {
  const algorithm = reference.kind === 'digest' ? algorithmOf(reference.digest) : 'sha256'
  const hex = createHash(algorithm).update(payload).digest('hex')
  if (reference.kind === 'digest' && hex !== hexOf(reference.digest)) {
    throw new RegistryError('DIGEST_INVALID', undefined, {
      detail: { expected: reference.digest, found: `${algorithm}:${hex}` },
    })
  }
  return `${algorithm}:${hex}`
}

/** Conditional PUT of a tag: `If-Match: "<digest>"`, `If-None-Match: *`. */
function expectedDigest({ request }: Exchange): Digest | 'absent' | null {
  if (request.headers['if-none-match'] === '*') return 'absent'
  const match = request.headers['if-match']?.replace(/^"|"$/g, '')
  return match !== undefined && isDigest(match) ? match : null
}

function refuseUnless(outcome: PutOutcome): void {
  switch (outcome.kind) {
    case 'stored':
      return
    case 'missing':
      throw new RegistryError('MANIFEST_BLOB_UNKNOWN', undefined, {
        detail: outcome.digests.map(digest => ({ digest })),
      })
    case 'immutable':
      throw new RegistryError('DENIED', `the tag '${outcome.tag}' is immutable: it can be made, but not moved`)
    case 'unexpected':
      throw new RegistryError('PRECONDITION_FAILED')
  }
}

function createdHeaders(
  name: string,
  digest: Digest,
  manifest: Manifest,
  reference: Reference,
  tags: readonly string[],
) {
  return {
    Location: `/v2/${name}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
    ...(manifest.subject === null ? {} : { 'OCI-Subject': manifest.subject }),
    ...(reference.kind === 'digest' && tags.length > 0 ? { 'OCI-Tag': tags.join(', ') } : {}),
  }
}

function invalidReference(text: string): RegistryError {
  const code = text.includes(':') ? 'DIGEST_INVALID' : 'TAG_INVALID'
  return new RegistryError(code, `'${text.slice(0, 150)}' is neither a tag nor a digest`)
}
