// What every blob storage must do; run against the file system.
import { createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BlobStorage } from '../../../src/registry/ports.ts'
import type { Digest } from '../../../src/registry/reference.ts'
import { createFileStorage } from '../../../src/registry/storage-fs.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const digestOf = (bytes: Buffer): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

describe('file storage', () => {
  let folder: TemporaryFolder
  let storage: BlobStorage

  beforeEach(async () => {
    folder = await createTemporaryFolder('slipway-storage')
    storage = await createFileStorage(folder.path)
  })
  afterEach(() => folder.remove())

  async function store(bytes: Buffer, id = 'some-id'): Promise<Digest> {
    const file = await storage.createUpload(id)
    await file.append([bytes], 0)
    await file.commit(digestOf(bytes))
    return digestOf(bytes)
  }
  async function read(digest: Digest): Promise<Buffer | null> {
    const reader = await storage.open(digest)
    if (reader === null) return null
    const buffer = Buffer.alloc(reader.sizeBytes)
    for (let at = 0; at < buffer.length; ) at += await reader.read(buffer.subarray(at), at, buffer.length - at)
    await reader.close()
    return buffer
  }
  const names = async () => {
    const ids: string[] = []
    for await (const { id } of storage.uploads()) ids.push(id)
    return ids
  }

  test('what was committed is read back, and its upload is gone', async () => {
    const bytes = randomBytes(100_000)
    expect(await read(await store(bytes))).toEqual(bytes)
    expect(await names()).toEqual([])
    expect(await storage.openUpload('some-id')).toBeNull()
  })

  test('many chunks are written in their order, more than one call can take', async () => {
    const chunks = Array.from({ length: 3000 }, () => randomBytes(50))
    const file = await storage.createUpload('many')
    await file.append(chunks, 0)
    const whole = Buffer.concat(chunks)
    await file.commit(digestOf(whole))
    expect(await read(digestOf(whole))).toEqual(whole)
  })

  test('an upload is found again with its length, goes on, and can be cut', async () => {
    const first = await storage.createUpload('again')
    await first.append([Buffer.from('hello wrong')], 0)
    await first.close()
    const again = await storage.openUpload('again')
    expect(again?.sizeBytes).toBe(11)
    await again?.file.truncate(6)
    await again?.file.append([Buffer.from('world')], 6)
    const parts: Buffer[] = []
    for await (const part of again?.file.read() ?? []) parts.push(part as Buffer)
    expect(Buffer.concat(parts).toString()).toBe('hello world')
    await again?.file.commit(digestOf(Buffer.from('hello world')))
  })

  test('two commits of one digest leave one blob', async () => {
    const bytes = randomBytes(1000)
    await Promise.all([store(bytes, 'a'), store(bytes, 'b')])
    const digests: string[] = []
    for await (const { digest } of storage.blobs()) digests.push(digest)
    expect(digests).toEqual([digestOf(bytes)])
  })

  test('an upload’s name is taken once', async () => {
    const file = await storage.createUpload('taken')
    await expect(storage.createUpload('taken')).rejects.toThrow()
    await file.close()
  })

  test('a deleted blob is gone, deleting again is no mistake, and a reader that is open goes on', async () => {
    const digest = await store(Buffer.from('here'))
    const reader = await storage.open(digest)
    await storage.delete(digest)
    await storage.delete(digest)
    expect(await storage.open(digest)).toBeNull()
    const buffer = Buffer.alloc(4)
    await reader?.read(buffer, 0, 4)
    expect(buffer.toString()).toBe('here')
    await reader?.close()
  })

  test('uploads and blobs are listed with their sizes and times', async () => {
    const digest = await store(Buffer.from('four'))
    const file = await storage.createUpload('open')
    await file.append([Buffer.from('five5')], 0)
    for await (const upload of storage.uploads())
      expect(upload).toEqual({ id: 'open', sizeBytes: 5, lastActiveAt: expect.any(Date) })
    for await (const blob of storage.blobs()) expect(blob).toEqual({ digest, sizeBytes: 4, storedAt: expect.any(Date) })
    await file.close()
    await storage.deleteUpload('open')
    expect(await names()).toEqual([])
  })
})
