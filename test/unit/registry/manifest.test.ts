import { describe, expect, test } from 'vitest'
import { RegistryError } from '../../../src/registry/errors.ts'
import { maxManifestBytes, neededBlobs, parseManifest } from '../../../src/registry/manifest.ts'
import { dockerManifest, dockerManifestList, imageIndex, imageManifest } from '../../../src/registry/media-types.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const descriptor = (letter: string, more: object = {}) => ({
  mediaType: 'application/x',
  digest: digest(letter),
  size: 5,
  ...more,
})
const image = {
  schemaVersion: 2,
  mediaType: imageManifest,
  config: descriptor('c'),
  layers: [descriptor('1'), descriptor('2')],
}
const index = {
  schemaVersion: 2,
  mediaType: imageIndex,
  manifests: [descriptor('a', { platform: { os: 'linux', architecture: 'amd64' } })],
}
const parse = (value: unknown, contentType?: string) => parseManifest(Buffer.from(JSON.stringify(value)), contentType)

test('an image needs its config and layers', () => {
  const manifest = parse(image, `${imageManifest}; charset=utf-8`)
  expect(manifest.kind).toBe('image')
  expect(neededBlobs(manifest).map(blob => blob.digest)).toEqual([digest('c'), digest('1'), digest('2')])
})

test('a foreign layer need not be here', () => {
  const manifest = parse({ ...image, layers: [descriptor('1', { urls: ['https://elsewhere.example/1'] })] })
  expect(neededBlobs(manifest).map(blob => blob.digest)).toEqual([digest('c')])
})

test('an index has children with their platforms', () => {
  const manifest = parse(index)
  expect(manifest.children).toMatchObject([
    { digest: digest('a'), platform: { os: 'linux', architecture: 'amd64', variant: null } },
  ])
  expect(manifest.artifactType).toBeNull()
})

test.each([
  [imageManifest, 'image'],
  [imageIndex, 'index'],
  [dockerManifest, 'image'],
  [dockerManifestList, 'index'],
])('%s is an %s', (mediaType, kind) => {
  expect(parse({ ...(kind === 'image' ? image : index), mediaType }, mediaType).kind).toBe(kind)
})

test('the artifact type is its own, else that of the config', () => {
  expect(parse({ ...image, artifactType: 'application/vnd.sbom' }).artifactType).toBe('application/vnd.sbom')
  expect(parse(image).artifactType).toBe('application/x')
})

test('the media type may stand in the header alone or in the body alone', () => {
  const { mediaType: _, ...bare } = image
  expect(parse(bare, imageManifest).mediaType).toBe(imageManifest)
  expect(parse(image, undefined).mediaType).toBe(imageManifest)
})

test('subject and annotations are kept', () => {
  const manifest = parse({ ...image, subject: descriptor('e'), annotations: { a: 'b' } })
  expect(manifest).toMatchObject({ subject: digest('e'), annotations: { a: 'b' } })
})

test('empty lists are no mistake', () => {
  expect(parse({ ...index, manifests: [] }).children).toEqual([])
  expect(parse({ ...image, layers: [] }).layers).toEqual([])
})

describe('refused is', () => {
  test.each<[string, unknown, string?]>([
    ['what is not an object', [image]],
    ['another schema version', { ...image, schemaVersion: 3 }],
    ['schema 1', { schemaVersion: 1, name: 'x' }, 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
    ['an unknown media type', { ...image, mediaType: 'application/vnd.oci.artifact.manifest.v1+json' }],
    ['no media type at all', { schemaVersion: 2 }],
    ['a header that contradicts the body', image, dockerManifest],
    ['an image that is an index too', { ...image, manifests: [] }],
    ['an index that is an image too', { ...index, layers: [] }],
    ['an image without config', { ...image, config: undefined }],
    ['a digest that is none', { ...image, layers: [{ ...descriptor('1'), digest: 'sha256:x' }] }],
    ['a negative size', { ...image, layers: [{ ...descriptor('1'), size: -1 }] }],
    ['a size beyond numbers', { ...image, layers: [{ ...descriptor('1'), size: 1e300 }] }],
    ['annotations that are no texts', { ...image, annotations: { a: 1 } }],
    ['a subject that is no descriptor', { ...image, subject: 'x' }],
  ])('%s', (_, value, contentType) => {
    expect(() => parse(value, contentType)).toThrow(RegistryError)
  })

  test('what is not JSON', () => {
    expect(() => parseManifest(Buffer.from('{'), imageManifest)).toThrow('manifest is not JSON')
  })

  test('with the field at fault', () => {
    expect(() => parse({ ...image, layers: [descriptor('1'), { ...descriptor('2'), size: 'x' }] })).toThrow(
      'layers[1].size',
    )
  })
})

test('random damage to a manifest never ends in anything but a refusal or a manifest', () => {
  const text = JSON.stringify({ ...image, subject: descriptor('e'), annotations: { a: 'b' } })
  let seed = 42
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
  for (let round = 0; round < 3000; round++) {
    const at = random(text.length)
    const damaged = text.slice(0, at) + String.fromCharCode(random(128)) + text.slice(at + 1 + random(5))
    try {
      parseManifest(Buffer.from(damaged), imageManifest)
    } catch (error) {
      expect(error).toBeInstanceOf(RegistryError)
    }
  }
})

test('four million bytes of descriptors are read in bounded time', () => {
  const many = { ...index, manifests: Array.from({ length: 20_000 }, () => descriptor('a')) }
  expect(JSON.stringify(many).length).toBeLessThan(maxManifestBytes)
  expect(() => parse(many)).toThrow('more than 10000 entries')
})
