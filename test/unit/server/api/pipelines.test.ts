import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

const yaml = `
stages: [build, test]
build:
  stage: build
  script: make
unit:
  stage: test
  script: make test
deploy:
  stage: test
  when: manual
  script: make deploy
never:
  script: x
  rules:
    - if: $CI_COMMIT_TAG
`

let world: ApiWorld
let pipelineId: number
const as = (role: keyof ApiWorld['tokens']) => ({ as: world.tokens[role] })

beforeAll(async () => {
  world = await openApiWorld()
})
afterAll(() => world.close())

beforeEach(async () => {
  await world.runs.push(yaml, { branch: 'topic' })
  pipelineId = (await world.runs.latest(world.project.id)).id
})

describe('pipelines', () => {
  test('are listed in GitLab’s shape, a page at a time', async () => {
    await world.runs.push(yaml, { branch: 'other' })
    const { status, body, headers } = await world.call('GET', ':p/pipelines?per_page=1', as('guest'))
    expect([status, headers['content-type']]).toEqual([200, 'application/json'])
    expect(body).toHaveLength(1)
    expect(body[0]).toMatchObject({ project_id: world.project.id, ref: 'other', source: 'push', status: 'pending' })
    expect(body[0].web_url).toBe(`https://ci.example.com/group/app/-/pipelines/${body[0].id}`)
    expect(Number(headers['x-total'])).toBeGreaterThan(1)
    expect(headers.link).toContain('rel="next"')
  })

  test.each([
    ['ref=topic', true],
    ['ref=nowhere', false],
    ['status=pending', true],
    ['status=success', false],
    ['scope=finished', false],
    ['source=push', true],
    ['source=web', false],
    ['username=pusher', true],
    ['username=nobody', false],
    ['updated_after=2020-01-01', true],
    ['updated_before=2020-01-01', false],
  ])('are found by %s', async (query, isFound) => {
    const { body } = await world.call('GET', `:p/pipelines?${query}`, as('guest'))
    expect(body.some((each: { id: number }) => each.id === pipelineId)).toBe(isFound)
  })

  test.each(['scope=nonsense', 'source=nonsense', 'updated_after=nonsense'])(
    'refuse a filter that means nothing: %s',
    async query => {
      expect((await world.call('GET', `:p/pipelines?${query}`, as('guest'))).status).toBe(400)
    },
  )

  test('are read whole, by id and as the latest of a ref', async () => {
    const { body } = await world.call('GET', `:p/pipelines/${pipelineId}`, as('guest'))
    expect(body).toMatchObject({
      id: pipelineId,
      tag: false,
      yaml_errors: null,
      user: { username: 'pusher' },
      detailed_status: { text: 'Pending', group: 'pending' },
    })
    expect((await world.call('GET', ':p/pipelines/latest?ref=topic', as('guest'))).body.id).toBe(pipelineId)
    expect((await world.call('GET', ':p/pipelines/latest?ref=nowhere', as('guest'))).status).toBe(404)
  })

  test('of another project, or that do not exist, are not found', async () => {
    const other = await world.installation.project('group/other')
    for (const path of [`:p/pipelines/999999`, `projects/${other.id}/pipelines/${pipelineId}`]) {
      expect((await world.call('GET', path, as('root'))).body).toEqual({ message: '404 Pipeline Not Found' })
    }
  })

  test('are hidden from strangers', async () => {
    for (const token of [as('eve'), {}]) {
      const { status, body } = await world.call('GET', `:p/pipelines/${pipelineId}`, token)
      expect([status, body]).toEqual([404, { message: '404 Project Not Found' }])
    }
  })

  test('are found by their id alone, and their jobs too, by those who may read them', async () => {
    const [job] = (await world.call('GET', `:p/pipelines/${pipelineId}/jobs`, as('guest'))).body
    const paths = [`slipway/pipelines/${pipelineId}`, `slipway/jobs/${job.id}`]
    for (const path of paths) {
      expect((await world.call('GET', path, as('guest'))).body.project.path_with_namespace).toBe('group/app')
      for (const token of [as('eve'), {}]) {
        const absent = await world.call('GET', path.replace(/\d+$/, '999999'), token)
        const foreign = await world.call('GET', path, token)
        expect([foreign.status, foreign.body]).toEqual([absent.status, absent.body])
        expect(foreign.status).toBe(404)
      }
    }
  })

  test('tell why each job is in or out', async () => {
    const { body } = await world.call(
      'GET',
      `slipway/projects/${world.project.id}/pipelines/${pipelineId}/explanation`,
      as('guest'),
    )
    expect(body.explanations.find((each: { job: string }) => each.job === 'never')).toMatchObject({ included: false })
    expect(body.left_out.map((each: { name: string }) => each.name)).toEqual(['never'])
  })

  test('are canceled, retried and deleted by those who may', async () => {
    expect((await world.call('POST', `:p/pipelines/${pipelineId}/cancel`, as('reporter'))).status).toBe(403)
    const canceled = await world.call('POST', `:p/pipelines/${pipelineId}/cancel`, as('developer'))
    expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled'])
    const retried = await world.call('POST', `:p/pipelines/${pipelineId}/retry`, as('developer'))
    expect([retried.status, retried.body.status]).toEqual([201, 'pending'])
    expect((await world.call('DELETE', `:p/pipelines/${pipelineId}`, as('maintainer'))).status).toBe(403)
    expect((await world.call('DELETE', `:p/pipelines/${pipelineId}`, as('owner'))).status).toBe(204)
    expect((await world.call('GET', `:p/pipelines/${pipelineId}`, as('owner'))).status).toBe(404)
  })
})

describe('a new pipeline', () => {
  const create = (body: object, role: keyof ApiWorld['tokens'] = 'developer') =>
    world.call('POST', ':p/pipeline', { ...as(role), body })

  test('is made on a ref with variables, which only its maker and maintainers see', async () => {
    const variables = [
      { key: 'A', value: '1' },
      { key: 'F', value: 'text', variable_type: 'file' },
    ]
    const { status, body } = await create({ ref: 'topic', variables })
    expect([status, body.source, body.user.username]).toEqual([201, 'api', 'developer'])
    const path = `:p/pipelines/${body.id}/variables`
    for (const role of ['developer', 'maintainer'] as const) {
      expect((await world.call('GET', path, as(role))).body).toEqual([
        { key: 'A', value: '1', variable_type: 'env_var', raw: false },
        { key: 'F', value: 'text', variable_type: 'file', raw: false },
      ])
    }
    expect((await world.call('GET', path, as('reporter'))).status).toBe(403)
  })

  test('is refused without the right to it', async () => {
    expect((await create({ ref: 'topic' }, 'reporter')).status).toBe(403)
    expect((await create({ ref: 'topic' }, 'eve')).status).toBe(404)
  })

  test('is refused on a protected ref to who may not push there', async () => {
    await world.runs.push(yaml, { branch: 'main' })
    expect((await create({ ref: 'main' })).status).toBe(403)
    expect((await create({ ref: 'main' }, 'maintainer')).status).toBe(201)
  })

  test('is refused where there is no such ref, in GitLab’s words', async () => {
    expect(await create({ ref: 'nowhere' })).toMatchObject({
      status: 400,
      body: { message: { base: ['Reference not found'] } },
    })
    const { status, headers } = await create({})
    expect([status, headers['content-type']]).toEqual([400, 'application/json'])
  })

  test('tells what is wrong with the file, with its line', async () => {
    await world.runs.push('build:\n  stage: nowhere\n  script: x\n', { branch: 'broken' })
    const { status, body } = await create({ ref: 'broken' })
    expect(status).toBe(400)
    expect(body.message.base[0]).toMatch(/^\.gitlab-ci\.yml:\d+: .*nowhere/)
  })

  test('is not made when nothing would run', async () => {
    await world.runs.push('only_tags:\n  script: x\n  only: [tags]\n', { branch: 'empty' })
    expect((await create({ ref: 'empty' })).status).toBe(400)
  })
})

describe('a trigger token', () => {
  const makeTrigger = async () =>
    (await world.call('POST', ':p/triggers', { ...as('maintainer'), body: { description: 'nightly' } })).body

  test('starts pipelines of its project, and is shown whole only once', async () => {
    const trigger = await makeTrigger()
    expect(trigger.token).toMatch(/^glptt-.{20,}/)
    const body = { token: trigger.token, ref: 'main', variables: { WHO: 'cron' } }
    await world.runs.push(yaml, { branch: 'main' })
    const started = await world.call('POST', ':p/trigger/pipeline', { body })
    expect([started.status, started.body.source, started.body.user.username]).toEqual([201, 'trigger', 'maintainer'])
    const [listed] = (await world.call('GET', ':p/triggers', as('maintainer'))).body
    expect(listed.token.length).toBe('glptt-'.length + 4)
    expect(listed.last_used).not.toBeNull()
    const other = await world.installation.project('group/another')
    expect((await world.call('POST', `projects/${other.id}/trigger/pipeline`, { body })).status).toBe(404)
    expect((await world.call('POST', ':p/trigger/pipeline', { body: { ...body, token: 'glptt-wrong' } })).status).toBe(
      404,
    )
  })

  test('is managed by maintainers', async () => {
    const { id } = await makeTrigger()
    expect((await world.call('GET', ':p/triggers', as('developer'))).status).toBe(403)
    const changed = await world.call('PUT', `:p/triggers/${id}`, {
      ...as('maintainer'),
      body: { description: 'hourly' },
    })
    expect(changed.body.description).toBe('hourly')
    expect((await world.call('DELETE', `:p/triggers/${id}`, as('maintainer'))).status).toBe(204)
    expect((await world.call('GET', `:p/triggers/${id}`, as('maintainer'))).status).toBe(404)
  })
})
