// What lies on the disk and what the records say of it, for tests of the garbage collection.
import type { TestRegistry } from './test-registry.ts'

export async function blobsOnDisk({ storage }: Pick<TestRegistry, 'storage'>): Promise<readonly string[]> {
  const digests: string[] = []
  for await (const { digest } of storage.blobs()) digests.push(digest)
  return digests.sort()
}

/** The digests of all blobs that manifests need. */
export async function neededDigests({ database }: Pick<TestRegistry, 'database'>): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('registry_manifest_blob as link')
    .innerJoin('registry_blob as blob', 'blob.id', 'link.blob_id')
    .select('blob.digest')
    .distinct()
    .execute()
  return rows.map(row => row.digest).sort()
}
