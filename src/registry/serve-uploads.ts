// Uploads: start (with mount and with the whole blob), chunks, close, status, cancel (specification, end-4, 5, 6, 11, 13, 14).
// Locations are relative, so that no proxy in front can make them wrong.
import { RegistryError } from './errors.ts'
import { type Answer, answer, type Exchange, fleetingBodyOf } from './exchange.ts'
import type { Gate, OpenRepository } from './gate.ts'
import type { Limits } from './limits.ts'
import type { ImageStore } from './ports.ts'
import { type ByteRange, parseChunkRange, uploadRange } from './ranges.ts'
import { type Digest, type DigestAlgorithm, isDigest, isDigestAlgorithm, isRepositoryName } from './reference.ts'
import { type Grace, reviewTime } from './review.ts'
import { digestIn } from './serve-blobs.ts'
import type { Chunk } from './upload-bytes.ts'
import type { Upload, UploadKey, Uploads } from './uploads.ts'

export type UploadServer = {
  readonly start: (exchange: Exchange, repository: OpenRepository) => Promise<Answer>
  readonly status: (repository: OpenRepository, uploadId: string) => Promise<Answer>
  readonly patch: (exchange: Exchange, repository: OpenRepository, uploadId: string) => Promise<Answer>
  readonly close: (exchange: Exchange, repository: OpenRepository, uploadId: string) => Promise<Answer>
  readonly cancel: (repository: OpenRepository, uploadId: string) => Promise<Answer>
}

const maxMountCandidates = 50

export function createUploadServer(deps: {
  readonly store: ImageStore
  readonly uploads: Uploads
  readonly gate: Pick<Gate, 'pullable' | 'mayPullFrom'>
  readonly limits: Limits
  readonly grace: Grace
  readonly clock: () => number
}): UploadServer {
  const { store, uploads, gate, limits, grace, clock } = deps
  const now = () => new Date(clock()).toISOString()
  const blobReview = () => reviewTime(clock(), grace.blobMs)

  async function keyOf({ place }: OpenRepository, id: string): Promise<UploadKey> {
    const repository = await store.repository(place)
    if (repository === null) throw new RegistryError('BLOB_UPLOAD_UNKNOWN')
    return { repositoryId: repository.id, id }
  }

  async function tryMount(
    repository: OpenRepository,
    repositoryId: number,
    digest: Digest,
    from: string | null,
  ): Promise<boolean> {
    for (const source of await mountSources(repository, digest, from)) {
      if (await store.mountBlob({ repositoryId, from: source, digest, now: now(), reviewAfter: blobReview() }))
        return true
    }
    return false
  }

  /** Only repositories that the caller may pull: a mount must not tell what others have. */
  async function mountSources({ actor }: OpenRepository, digest: Digest, from: string | null) {
    if (from !== null) {
      const place = isRepositoryName(from) ? await gate.pullable(actor, from) : null
      return place === null ? [] : [place]
    }
    const holders = await store.holders(digest, maxMountCandidates)
    const may = await Promise.all(holders.map(holder => gate.mayPullFrom(actor, holder.projectId)))
    return holders.filter((_, index) => may[index])
  }

  function finish(key: UploadKey, chunk: Chunk, digest: Digest): Promise<void> {
    return uploads.finish(key, chunk, {
      digest,
      record: sizeBytes =>
        store.addBlob({ repositoryId: key.repositoryId, digest, sizeBytes, now: now(), reviewAfter: blobReview() }),
    })
  }

  return {
    async start(exchange, repository) {
      const { query } = exchange
      await limits.demandRepository(repository, 'push')
      const mayGrowTo = await limits.room(repository.place.projectId)
      const { id } = await store.ensureRepository(repository.place, now())
      const mount = query.get('mount')
      if (mount !== null && isDigest(mount) && (await tryMount(repository, id, mount, query.get('from')))) {
        return blobCreated(repository.name, mount)
      }
      const whole = mount === null ? query.get('digest') : null
      const digest = whole === null ? null : digestIn(whole)
      const algorithm = digest?.startsWith('sha512:') ? 'sha512' : wantedAlgorithm(query)
      const upload = await uploads.start(id, repository.subject, algorithm)
      if (digest === null) return accepted(repository.name, upload)
      await finish({ repositoryId: id, id: upload.id }, chunkOf(exchange, mayGrowTo), digest)
      return blobCreated(repository.name, digest)
    },

    async status(repository, uploadId) {
      const upload = await uploads.find(await keyOf(repository, uploadId))
      if (upload === null) throw new RegistryError('BLOB_UPLOAD_UNKNOWN')
      return answer(204, uploadHeaders(repository.name, upload))
    },

    async patch(exchange, repository, uploadId) {
      const key = await keyOf(repository, uploadId)
      const mayGrowTo = await limits.room(repository.place.projectId)
      const upload = await toldWhereItStands(repository.name, key, () =>
        uploads.append(key, chunkOf(exchange, mayGrowTo)),
      )
      return accepted(repository.name, upload)
    },

    async close(exchange, repository, uploadId) {
      const digest = digestIn(exchange.query.get('digest') ?? '')
      const key = await keyOf(repository, uploadId)
      const mayGrowTo = await limits.room(repository.place.projectId)
      await toldWhereItStands(repository.name, key, () => finish(key, chunkOf(exchange, mayGrowTo), digest))
      return blobCreated(repository.name, digest)
    },

    async cancel(repository, uploadId) {
      if (!(await uploads.cancel(await keyOf(repository, uploadId)))) throw new RegistryError('BLOB_UPLOAD_UNKNOWN')
      return answer(204)
    },
  }
}

function wantedAlgorithm(query: URLSearchParams): DigestAlgorithm {
  const wanted = query.get('digest-algorithm') ?? 'sha256'
  if (!isDigestAlgorithm(wanted))
    throw new RegistryError('DIGEST_INVALID', `digest algorithm '${wanted.slice(0, 50)}' is not supported`)
  return wanted
}

function chunkOf({ request }: Exchange, mayGrowTo: Chunk['mayGrowTo']): Chunk {
  const header = request.headers['content-range']
  const range = header === undefined ? null : parseChunkRange(header)
  if (header !== undefined && range === null)
    throw new RegistryError('BLOB_UPLOAD_INVALID', `Content-Range '${header.slice(0, 100)}' is not '<first>-<last>'`)
  checkLength(range, request.headers['content-length'])
  return { body: fleetingBodyOf(request), range, mayGrowTo }
}

function checkLength(range: ByteRange | null, contentLength: string | undefined): void {
  if (range === null || contentLength === undefined) return
  const wanted = range.last - range.first + 1
  if (Number(contentLength) === wanted) return
  throw new RegistryError(
    'SIZE_INVALID',
    `Content-Range ${range.first}-${range.last} is ${wanted} bytes, Content-Length is ${contentLength}`,
  )
}

/** A chunk out of order learns where the upload stands, so that the client can go on from there. */
async function toldWhereItStands<T>(name: string, key: UploadKey, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'RANGE_INVALID') throw error
    const { offsetBytes } = error.detail as { readonly offsetBytes: number }
    throw new RegistryError('RANGE_INVALID', error.message, {
      headers: uploadHeaders(name, { id: key.id, offsetBytes, subject: null }),
    })
  }
}

function uploadHeaders(name: string, upload: Upload): Readonly<Record<string, string>> {
  return {
    Location: `/v2/${name}/blobs/uploads/${upload.id}`,
    Range: uploadRange(upload.offsetBytes),
    'Docker-Upload-UUID': upload.id,
  }
}

function accepted(name: string, upload: Upload): Answer {
  return answer(202, uploadHeaders(name, upload))
}

function blobCreated(name: string, digest: Digest): Answer {
  return answer(201, { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest })
}
