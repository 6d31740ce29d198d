import { expect, test } from 'vitest'
import { type Referrer, referrersPage } from '../../../src/registry/referrers.ts'

const referrer = (number: number, annotationBytes = 0): Referrer => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${String(number).padStart(64, '0')}`,
  sizeBytes: 7,
  artifactType: 'application/vnd.sbom',
  annotations: annotationBytes === 0 ? {} : { note: 'x'.repeat(annotationBytes) },
})

test('nothing refers: an empty index', () => {
  expect(referrersPage([], false)).toEqual({
    body: '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
    next: null,
  })
})

test('a descriptor carries type, digest, size, artifact type and annotations', () => {
  const { body } = referrersPage([referrer(1, 1), { ...referrer(2), artifactType: null }], false)
  expect(JSON.parse(body).manifests).toEqual([
    {
      mediaType: referrer(1).mediaType,
      digest: referrer(1).digest,
      size: 7,
      artifactType: 'application/vnd.sbom',
      annotations: { note: 'x' },
    },
    { mediaType: referrer(2).mediaType, digest: referrer(2).digest, size: 7 },
  ])
})

test('pages are cut by bytes, and one that is too large for a page still comes alone', () => {
  const big = [referrer(1, 2_000_000), referrer(2, 2_000_000), referrer(3)]
  const first = referrersPage(big, false)
  expect(JSON.parse(first.body).manifests).toHaveLength(1)
  expect(first.next).toBe(referrer(1).digest)
  expect(referrersPage(big.slice(1), false).next).toBeNull()
  expect(JSON.parse(referrersPage([referrer(1, 3_900_000)], false).body).manifests).toHaveLength(1)
})

test('a source that holds more leads to a next page', () => {
  expect(referrersPage([referrer(1)], true).next).toBe(referrer(1).digest)
})
