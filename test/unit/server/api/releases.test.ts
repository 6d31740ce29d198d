import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobPayload } from '../../../../src/run/protocol.ts'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld

beforeAll(async () => {
  world = await openApiWorld()
  await world.runs.push('build:\n  script: [make]\n')
})
afterAll(() => world.close())

const call: ApiWorld['call'] = (method, path, options) => world.call(method, path, options)

/** Others wait for a runner, too. */
async function claimNamed(name: string): Promise<JobPayload> {
  for (let job = await world.claim(); job !== null; job = await world.claim())
    if (job.job_info.name === name) return job
  throw new Error(`no job ${name}`)
}

describe('releases', () => {
  it('are made by developers, at a ref, with the shape of GitLab', async () => {
    const body = {
      tag_name: 'v1.0',
      name: 'One',
      description: '**first**',
      ref: 'main',
      tag_message: 'annotated',
      milestones: ['m1'],
      assets: { links: [{ name: 'zip', url: 'https://example.com/a.zip', direct_asset_path: '/a.zip' }] },
    }
    expect((await call('POST', ':p/releases', { as: world.tokens.reporter, body })).status).toBe(403)
    const made = await call('POST', ':p/releases', { as: world.tokens.developer, body })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      tag_name: 'v1.0',
      name: 'One',
      description: '**first**',
      upcoming_release: false,
      author: { username: 'developer' },
      commit: { title: 'a commit' },
      milestones: [{ title: 'm1' }],
      tag_path: '/group/app/-/tags/v1.0',
      assets: {
        count: 1,
        links: [
          {
            name: 'zip',
            url: 'https://example.com/a.zip',
            direct_asset_url: 'https://ci.example.com/group/app/-/releases/v1.0/downloads/a.zip',
            link_type: 'other',
          },
        ],
      },
      _links: { self: 'https://ci.example.com/group/app/-/releases/v1.0' },
    })
    expect((await call('POST', ':p/releases', { as: world.tokens.developer, body })).body).toEqual({
      message: 'Release already exists',
    })
  })

  it('need a ref where the tag is not there, and say so', async () => {
    const without = await call('POST', ':p/releases', { as: world.tokens.developer, body: { tag_name: 'v9' } })
    expect(without).toMatchObject({ status: 422, body: { message: 'Ref is not specified' } })
    const unnamed = await call('POST', ':p/releases', { as: world.tokens.developer, body: { ref: 'main' } })
    expect(unnamed).toMatchObject({ status: 400, body: { error: 'tag_name is missing' } })
  })

  it('are listed by page, the newest first, changed and deleted; the tag stays', async () => {
    const as = world.tokens.developer
    const later = { tag_name: 'v2.0', ref: 'main', released_at: '2099-01-01T00:00:00Z' }
    expect((await call('POST', ':p/releases', { as, body: later })).body.upcoming_release).toBe(true)
    const list = await call('GET', ':p/releases?per_page=1', { as: world.tokens.guest })
    expect(list.body.map((each: { tag_name: string }) => each.tag_name)).toEqual(['v2.0'])
    expect(list.headers).toMatchObject({ 'x-total': '2', 'x-next-page': '2' })
    expect((await call('GET', ':p/releases/permalink/latest', { as })).body.tag_name).toBe('v2.0')
    const changed = await call('PUT', ':p/releases/v2.0', { as, body: { description: 'better' } })
    expect(changed.body).toMatchObject({ name: 'v2.0', description: 'better' })
    expect((await call('DELETE', ':p/releases/v2.0', { as })).body.tag_name).toBe('v2.0')
    expect((await call('GET', ':p/releases/v2.0', { as })).body).toEqual({ message: '404 Release Not Found' })
    expect(world.runs.repository.refs.has(`${world.project.id} tag v2.0`)).toBe(true)
  })

  it('have links that are added, changed and removed', async () => {
    const as = world.tokens.developer
    const links = ':p/releases/v1.0/assets/links'
    const made = await call('POST', links, {
      as,
      body: { name: 'docs', url: 'https://example.com/d', link_type: 'runbook' },
    })
    expect(made).toMatchObject({ status: 201, body: { name: 'docs', direct_asset_url: 'https://example.com/d' } })
    const one = `${links}/${made.body.id}`
    expect((await call('PUT', one, { as, body: { name: 'manual' } })).body.name).toBe('manual')
    expect((await call('GET', one, { as })).body.link_type).toBe('runbook')
    expect((await call('POST', links, { as, body: { name: 'x', url: 'javascript:alert(1)' } })).status).toBe(400)
    expect((await call('DELETE', one, { as })).status).toBe(200)
    expect((await call('GET', links, { as })).body).toHaveLength(1)
  })

  it('lead from the path of a link to its address', async () => {
    const download = ':p/releases/v1.0/downloads'
    const found = await call('GET', `${download}/a.zip`, { as: world.tokens.guest })
    expect([found.status, found.headers.location]).toEqual([302, 'https://example.com/a.zip'])
    expect((await call('GET', `${download}/b.zip`, { as: world.tokens.guest })).status).toBe(404)
    expect((await call('GET', `${download}/a.zip`, {})).status).toBe(404)
  })

  it('are made by a job with its token, as release-cli and glab do', async () => {
    const job = await world.claim()
    if (job === null) throw new Error('no job')
    const headers = { 'job-token': job.token }
    const made = await call('POST', ':p/releases', { headers, body: { tag_name: 'v3', ref: 'main', description: 'd' } })
    expect(made).toMatchObject({ status: 201, body: { author: { username: 'pusher' } } })
    expect((await call('GET', ':p/releases/v3', { headers })).status).toBe(200)
    const project = await world.installation.project('group/other')
    expect((await call('POST', `projects/${project.id}/releases`, { headers, body: { tag_name: 'v1' } })).status).toBe(
      404,
    )
  })

  it('give the jobs of their tag CI_RELEASE_DESCRIPTION, which nothing overrides', async () => {
    const as = world.tokens.developer
    const body = { tag_name: 'v4', ref: 'main', description: 'what is new' }
    expect((await call('POST', ':p/releases', { as, body })).status).toBe(201)
    await world.runs.push('note: {script: x, variables: {CI_RELEASE_DESCRIPTION: mine}}', { tag: 'v4' })
    const job = await claimNamed('note')
    expect(job.variables.filter(each => each.key === 'CI_RELEASE_DESCRIPTION')).toMatchObject([
      { value: 'what is new', raw: true, masked: false },
    ])
  })

  it('that a job asks for in vain are told of at the end of its log', async () => {
    await world.runs.push('ship:\n  script: [make]\n  release: { tag_name: v4, description: again }\n')
    const job = await claimNamed('ship')
    const headers = { 'job-token': job.token }
    await call('PATCH', `jobs/${job.id}/trace`, {
      headers: { ...headers, 'content-type': 'text/plain', 'content-range': '0-13' },
      body: 'Job succeeded\n',
    })
    expect((await call('PUT', `jobs/${job.id}`, { headers, body: { state: 'success' } })).status).toBe(200)
    const as = world.tokens.developer
    expect((await call('GET', `:p/jobs/${job.id}`, { as })).body).toMatchObject({ status: 'failed' })
    const log = (await call('GET', `:p/jobs/${job.id}/trace`, { as })).bytes.toString()
    expect(log).toMatch(/^Job succeeded\n/)
    expect(log).toContain(
      'ERROR: Job failed: the script succeeded, but its release could not be made: the tag v4 has a release already',
    )
  })
})
