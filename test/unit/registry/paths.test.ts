import { describe, expect, test } from 'vitest'
import { parsePath } from '../../../src/registry/paths.ts'

describe('a path', () => {
  test.each([
    ['/v2', { kind: 'base' }],
    ['/v2/', { kind: 'base' }],
    ['/v2/_catalog', { kind: 'catalog' }],
    ['/v2/_oci/ext/discover', { kind: 'discover' }],
    ['/v2/g/p/tags/list', { kind: 'tags', name: 'g/p' }],
    ['/v2/g/p/manifests/latest', { kind: 'manifest', name: 'g/p', reference: 'latest' }],
    ['/v2/g/p/manifests/sha256%3Aabc', { kind: 'manifest', name: 'g/p', reference: 'sha256:abc' }],
    ['/v2/g/p/referrers/sha256:a', { kind: 'referrers', name: 'g/p', digest: 'sha256:a' }],
    ['/v2/g/p/blobs/sha256:a', { kind: 'blob', name: 'g/p', digest: 'sha256:a' }],
    ['/v2/g/p/blobs/uploads/', { kind: 'uploads', name: 'g/p' }],
    ['/v2/g/p/blobs/uploads', { kind: 'uploads', name: 'g/p' }],
    ['/v2/g/p/blobs/uploads/some-id', { kind: 'upload', name: 'g/p', uploadId: 'some-id' }],
    ['/v2/a/blobs/uploads/blobs/uploads/', { kind: 'uploads', name: 'a/blobs/uploads' }],
    ['/v2/a/blobs/uploads/manifests/x', { kind: 'manifest', name: 'a/blobs/uploads', reference: 'x' }],
    ['/v2/tags/list/tags/list', { kind: 'tags', name: 'tags/list' }],
    ['/v2/manifests/manifests/manifests', { kind: 'manifest', name: 'manifests', reference: 'manifests' }],
  ])('%s is understood from the right', (path, route) => expect(parsePath(path)).toEqual(route))

  test.each([
    '/v2/G/p/tags/list',
    '/v2/../etc/manifests/x',
    '/v2/g/%2e%2e/p/manifests/x',
    '/v2//manifests/x',
    '/v2/manifests/x',
  ])('%s has a bad name', path => expect(parsePath(path).kind).toBe('invalid_name'))

  test.each([
    '/v1/',
    '/',
    '/v2x',
    '/v2/g/p',
    '/v2/g/p/other/x',
    '/v2/%ff/manifests/x',
    `/v2/${'a/'.repeat(2000)}manifests/x`,
  ])('%s is no route', path => expect(parsePath(path).kind).toBe('unknown'))
})
