// Uploads in progress. The file is the session: its name says whose it is, its length how far it came; so an upload goes on
// after a restart. In memory are only the open file and the running hash; without them, the file is hashed anew.
//
//   start ──► append* ──► finish ──► blob
//               │  ▲         │
//               └──┘         └──► wrong digest: gone
//   cancel, or no byte for `maxIdle`: gone
import { createHash, randomUUID } from 'node:crypto'
import { createKeyedLock } from '../kit/keyed-lock.ts'
import { RegistryError } from './errors.ts'
import { createPieces } from './pieces.ts'
import type { BlobStorage } from './ports.ts'
import { algorithmOf, type Digest, type DigestAlgorithm, hexOf } from './reference.ts'
import { type Chunk, digestOf, type Receiving, take } from './upload-bytes.ts'

export type Upload = {
  readonly id: string
  readonly offsetBytes: number
  /** Who began it; null after a restart. */
  readonly subject: string | null
}

export type UploadKey = { readonly repositoryId: number; readonly id: string }

export type Uploads = {
  readonly start: (repositoryId: number, subject: string, algorithm: DigestAlgorithm) => Promise<Upload>
  readonly find: (key: UploadKey) => Promise<Upload | null>
  /** @throws RegistryError BLOB_UPLOAD_UNKNOWN; RANGE_INVALID with the `offsetBytes` that it stands at in `detail` */
  readonly append: (key: UploadKey, chunk: Chunk) => Promise<Upload>
  /** Appends the last bytes, checks the digest, stores the blob, and has it recorded. @throws also DIGEST_INVALID */
  readonly finish: (
    key: UploadKey,
    chunk: Chunk,
    blob: { readonly digest: Digest; readonly record: (sizeBytes: number) => Promise<void> },
  ) => Promise<void>
  /** False: there is no such upload. */
  readonly cancel: (key: UploadKey) => Promise<boolean>
  /** Removes uploads without a byte since `before`. */
  readonly purge: (before: Date) => Promise<{ readonly count: number; readonly bytes: number }>
  readonly close: () => Promise<void>
}

type Session = Receiving & { readonly key: UploadKey; readonly subject: string | null }

const maxOpenSessions = 1000
const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function createUploads(deps: {
  readonly storage: BlobStorage
  /** Held while a blob's file and row come or go. */
  readonly withDigest: <T>(digest: string, work: () => Promise<T>) => Promise<T>
}): Uploads {
  const { storage, withDigest } = deps
  const sessions = new Map<string, Session>()
  const oneAtATime = createKeyedLock()
  const pieces = createPieces()
  const exclusively = <T>(key: UploadKey, work: () => Promise<T>) => oneAtATime(nameOf(key), work)

  async function require(key: UploadKey): Promise<Session> {
    const session = await load(key)
    if (session === null) throw new RegistryError('BLOB_UPLOAD_UNKNOWN')
    return session
  }

  async function load(key: UploadKey): Promise<Session | null> {
    if (!idPattern.test(key.id)) return null
    const known = sessions.get(nameOf(key))
    if (known !== undefined) return known
    const kept = await storage.openUpload(nameOf(key))
    if (kept === null) return null
    const { file, sizeBytes } = kept
    return keep({ key, subject: null, algorithm: 'sha256', file, offsetBytes: sizeBytes, hash: null })
  }

  function keep(session: Session): Session {
    sessions.set(nameOf(session.key), session)
    if (sessions.size > maxOpenSessions) putAside().catch(stillReadable)
    return session
  }

  /** Closes the session that has been open for longest; it is opened anew from its file when it goes on. */
  async function putAside(): Promise<void> {
    const oldest = sessions.values().next()
    if (oldest.done) return
    await exclusively(oldest.value.key, async () => {
      if (sessions.delete(nameOf(oldest.value.key))) await oldest.value.file.close()
    })
  }

  async function remove(session: Session): Promise<void> {
    sessions.delete(nameOf(session.key))
    await session.file.close()
    await storage.deleteUpload(nameOf(session.key))
  }

  function cancel(key: UploadKey): Promise<boolean> {
    return exclusively(key, async () => {
      const session = await load(key)
      if (session === null) return false
      await remove(session)
      return true
    })
  }

  return {
    async start(repositoryId, subject, algorithm) {
      const key = { repositoryId, id: randomUUID() }
      const file = await storage.createUpload(nameOf(key))
      const session = keep({ key, subject, algorithm, file, offsetBytes: 0, hash: createHash(algorithm) })
      return describe(session)
    },

    async find(key) {
      const session = await load(key)
      return session === null ? null : describe(session)
    },

    append: (key, chunk) =>
      exclusively(key, async () => {
        const session = await require(key)
        await take(session, chunk, pieces)
        return describe(session)
      }),

    finish: (key, chunk, blob) =>
      exclusively(key, async () => {
        const session = await require(key)
        await take(session, chunk, pieces)
        const found = await digestOf(session, algorithmOf(blob.digest))
        if (found !== hexOf(blob.digest)) {
          await remove(session)
          throw new RegistryError('DIGEST_INVALID', undefined, { detail: { expected: blob.digest, found } })
        }
        await withDigest(blob.digest, async () => {
          await session.file.commit(blob.digest)
          sessions.delete(nameOf(key))
          await blob.record(session.offsetBytes)
        })
      }),

    cancel,

    async purge(before) {
      let count = 0
      let bytes = 0
      for await (const { id, sizeBytes, lastActiveAt } of storage.uploads()) {
        const key = keyIn(id)
        if (key === null || lastActiveAt > before || !(await cancel(key))) continue
        count++
        bytes += sizeBytes
      }
      return { count, bytes }
    },

    async close() {
      const open = [...sessions.values()]
      await Promise.all(open.map(session => exclusively(session.key, () => session.file.close())))
      sessions.clear()
    },
  }
}

function nameOf(key: UploadKey): string {
  return `${key.repositoryId}-${key.id}`
}

function keyIn(name: string): UploadKey | null {
  const match = /^(\d+)-(.+)$/.exec(name)
  return match?.[1] === undefined || match[2] === undefined ? null : { repositoryId: Number(match[1]), id: match[2] }
}

/** An open file that does not close is lost to us, but its bytes are on disk and found by name. */
function stillReadable(): void {}

function describe(session: Session): Upload {
  return { id: session.key.id, offsetBytes: session.offsetBytes, subject: session.subject }
}
