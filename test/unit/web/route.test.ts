import { describe, expect, it } from 'vitest'
import * as paths from '../../../src/web/paths.ts'
import { identityOf, routeOf } from '../../../src/web/route.ts'

describe('an address', () => {
  it.each([
    ['/', 'overview', {}],
    ['/sign-in', 'sign-in', {}],
    ['/admin', 'admin-instance', {}],
    ['/admin/users', 'admin-users', {}],
    ['/help/registry', 'help', { topic: 'registry' }],
    ['/-/projects/new', 'new-project', {}],
    ['/shop', 'group', { group: 'shop' }],
    ['/groups/shop/inner', 'group', { group: 'shop/inner' }],
    ['/shop/inner/backend', 'namespace', { project: 'shop/inner/backend' }],
    ['/shop/backend/-/pipelines', 'pipelines', { project: 'shop/backend' }],
    ['/shop/backend/-/pipelines/new', 'run-pipeline', { project: 'shop/backend' }],
    ['/shop/backend/-/pipelines/12', 'pipeline', { project: 'shop/backend', id: '12' }],
    ['/shop/backend/-/pipelines/12/why', 'pipeline', { project: 'shop/backend', id: '12', view: 'why' }],
    ['/shop/backend/-/logs', 'logs', { project: 'shop/backend' }],
    ['/a/b/c/d/-/jobs/7', 'job', { project: 'a/b/c/d', id: '7' }],
    ['/a/b/-/jobs/7/artifacts/browse/x/y%20z', 'artifacts', { project: 'a/b', id: '7', path: 'x/y z' }],
    ['/a/b/-/commits/feature/x', 'commits', { project: 'a/b', ref: 'feature/x' }],
    ['/a/b/-/container_registry/3/v1.0', 'registry-tag', { project: 'a/b', repository: '3', tag: 'v1.0' }],
    ['/-/nothing', 'not-found', {}],
    ['/a/b/-/nothing', 'not-found', {}],
    ['/a/b/-/pipelines/12/why/more', 'not-found', {}],
  ])('%s is the page %s', (address, page, params) => {
    expect(routeOf(address)).toEqual({ page, params })
  })

  it('with a broken escape is still an address', () => {
    expect(routeOf('/a/b/-/commits/%E0%A4%A')).toMatchObject({ page: 'commits', params: { ref: '%E0%A4%A' } })
  })

  it('of another view of a pipeline is the same page', () => {
    const [graph, why, other] = ['12', '12/why', '13'].map(end => identityOf(routeOf(`/a/b/-/pipelines/${end}`)))
    expect(why).toBe(graph)
    expect(other).not.toBe(graph)
  })
})

describe('the paths of pages', () => {
  const hostile = 'a b/<i>?#%'

  it.each([
    ['pipeline', paths.pipelinePath('g/p', 4, 'why'), { project: 'g/p', id: '4', view: 'why' }],
    ['job', paths.jobPath('g/p', 4), { project: 'g/p', id: '4' }],
    ['commits', paths.commitsPath('g/p', hostile), { project: 'g/p', ref: hostile }],
    ['artifacts', paths.artifactsPath('g/p', 4, hostile), { project: 'g/p', id: '4', path: hostile }],
    ['registry-tag', paths.repositoryPath('g/p', 4, 'v1'), { project: 'g/p', repository: '4', tag: 'v1' }],
    ['group', paths.groupPath('g/h'), { group: 'g/h' }],
  ])('of %s lead back to what they were made from', (page, path, params) => {
    expect(routeOf(new URL(path, 'http://x').pathname)).toEqual({ page, params })
  })

  it('put the ref of a file into the query, since it may hold slashes', () => {
    const url = new URL(paths.filesPath('g/p', 'blob', 'feature/x', 'src/a b.ts'), 'http://x')
    expect(routeOf(url.pathname)).toEqual({ page: 'files', params: { project: 'g/p', place: 'src/a b.ts' } })
    expect(url.searchParams.get('ref')).toBe('feature/x')
  })

  it.each([
    ['/a/b?c=d#e', '/a/b?c=d#e'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    [undefined, '/'],
  ])('after signing in, %s leads to %s', (given, expected) => {
    expect(paths.safeReturnPath(given)).toBe(expected)
  })
})
