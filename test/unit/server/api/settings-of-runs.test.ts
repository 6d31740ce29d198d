import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

const yaml = `
deploy:
  script: make deploy
  environment:
    name: staging
    url: https://staging.example.com
    on_stop: stop
  resource_group: one
stop:
  script: make stop
  when: manual
  environment: { name: staging, action: stop }
`

let world: ApiWorld
const as = (role: keyof ApiWorld['tokens']) => ({ as: world.tokens[role] })

beforeAll(async () => {
  world = await openApiWorld()
  await world.runs.push(yaml, { branch: 'topic' })
  await world.runs.push(yaml, { branch: 'main' })
})
afterAll(() => world.close())

/** A runner does whatever waits, and what follows from it. */
async function runAll(): Promise<void> {
  await world.runs.coordinator.close()
  for (let job = await world.claim(); job !== null; job = await world.claim()) {
    const headers = { 'job-token': job.slipway.lease_token }
    await world.call('PUT', `jobs/${job.id}`, { headers, body: { state: 'success' } })
    await world.runs.coordinator.close()
  }
}

describe('schedules', () => {
  const path = ':p/pipeline_schedules'
  const fields = { description: 'nightly', ref: 'topic', cron: '0 3 * * *', cron_timezone: 'Europe/Berlin' }
  const make = async () => (await world.call('POST', path, { ...as('developer'), body: fields })).body

  test('are made, changed and deleted', async () => {
    const schedule = await make()
    expect(schedule).toMatchObject({
      ...fields,
      active: true,
      owner: { username: 'developer' },
      next_run_at: '2026-01-02T02:00:00.000Z',
    })
    const changed = await world.call('PUT', `${path}/${schedule.id}`, {
      ...as('developer'),
      body: { active: false, cron: '@hourly' },
    })
    expect(changed.body).toMatchObject({ active: false, cron: '@hourly', next_run_at: null })
    expect((await world.call('GET', `${path}?scope=inactive`, as('reporter'))).body).toHaveLength(1)
    expect((await world.call('DELETE', `${path}/${schedule.id}`, as('maintainer'))).status).toBe(204)
    expect((await world.call('GET', `${path}/${schedule.id}`, as('reporter'))).status).toBe(404)
  })

  test.each([
    [{ cron: 'not a cron' }],
    [{ cron_timezone: 'Nowhere/Else' }],
    [{ ref: 'no-such-branch' }],
    [{ description: '' }],
  ])('refuse what cannot be: %o', async change => {
    expect((await world.call('POST', path, { ...as('developer'), body: { ...fields, ...change } })).status).toBe(400)
  })

  test('are changed by their owner only, until somebody takes them over', async () => {
    const { id } = await make()
    const change = { body: { description: 'mine now' } }
    expect((await world.call('PUT', `${path}/${id}`, { ...as('maintainer'), ...change })).status).toBe(403)
    expect((await world.call('POST', `${path}/${id}/take_ownership`, as('reporter'))).status).toBe(403)
    expect((await world.call('POST', `${path}/${id}/take_ownership`, as('maintainer'))).body.owner.username).toBe(
      'maintainer',
    )
    expect((await world.call('PUT', `${path}/${id}`, { ...as('maintainer'), ...change })).status).toBe(200)
    expect((await world.call('PUT', `${path}/${id}`, { ...as('developer'), ...change })).status).toBe(403)
  })

  test('have variables, whose values only their owner and maintainers see', async () => {
    const { id } = await make()
    const variables = `${path}/${id}/variables`
    const made = await world.call('POST', variables, { ...as('developer'), body: { key: 'A', value: '1' } })
    expect([made.status, made.body]).toEqual([201, { key: 'A', value: '1', variable_type: 'env_var', raw: false }])
    expect((await world.call('POST', variables, { ...as('developer'), body: { key: 'A', value: '2' } })).status).toBe(
      400,
    )
    expect((await world.call('PUT', `${variables}/A`, { ...as('developer'), body: { value: '3' } })).body.value).toBe(
      '3',
    )
    expect((await world.call('GET', `${path}/${id}`, as('maintainer'))).body.variables).toHaveLength(1)
    expect((await world.call('GET', `${path}/${id}`, as('reporter'))).body.variables).toEqual([])
    expect((await world.call('DELETE', `${variables}/A`, as('developer'))).status).toBe(200)
    expect((await world.call('DELETE', `${variables}/A`, as('developer'))).status).toBe(404)
  })

  test('are played at once', async () => {
    const { id } = await make()
    expect((await world.call('POST', `${path}/${id}/play`, as('developer'))).status).toBe(201)
    const { body } = await world.call('GET', `${path}/${id}`, as('developer'))
    const pipeline = await world.call('GET', `:p/pipelines/${body.last_pipeline.id}`, as('developer'))
    expect(pipeline.body).toMatchObject({ source: 'schedule', ref: 'topic', user: { username: 'developer' } })
    await world.call('POST', `:p/pipelines/${body.last_pipeline.id}/cancel`, as('developer'))
  })
})

describe('environments', () => {
  test('appear with their deployments, and are stopped and deleted', async () => {
    await world.runs.push(yaml, { branch: 'topic' })
    await runAll()
    const { body } = await world.call('GET', ':p/environments?name=staging', as('reporter'))
    expect(body).toHaveLength(1)
    const [environment] = body
    expect(environment).toMatchObject({
      name: 'staging',
      state: 'available',
      external_url: 'https://staging.example.com',
      tier: 'staging',
    })
    expect(environment.last_deployment).toMatchObject({
      status: 'success',
      ref: 'topic',
      deployable: { name: 'deploy' },
    })
    const deployments = await world.call('GET', ':p/deployments?environment=staging&status=success', as('reporter'))
    expect(deployments.body[0]).toMatchObject({ environment: { name: 'staging' } })
    expect((await world.call('GET', `:p/deployments/${deployments.body[0].id}`, as('reporter'))).status).toBe(200)
    const path = `:p/environments/${environment.id}`
    expect((await world.call('DELETE', path, as('developer'))).status).toBe(403)
    expect((await world.call('POST', `${path}/stop`, as('reporter'))).status).toBe(403)
    expect((await world.call('POST', `${path}/stop`, as('developer'))).body.state).toMatch(/^stop/)
    await runAll()
    expect((await world.call('GET', path, as('reporter'))).body.state).toBe('stopped')
    expect((await world.call('DELETE', path, as('developer'))).status).toBe(204)
    expect((await world.call('GET', path, as('reporter'))).status).toBe(404)
  })

  test('are made by hand', async () => {
    const create = (body: object) => world.call('POST', ':p/environments', { ...as('developer'), body })
    const made = await create({ name: 'review/x', external_url: 'https://x.example.com', tier: 'development' })
    expect([made.status, made.body.slug]).toEqual([201, expect.stringMatching(/^review-x/)])
    expect((await create({ name: 'review/x' })).status).toBe(400)
    expect((await create({ name: 'evil', external_url: 'javascript:alert(1)' })).status).toBe(400)
    const changed = await world.call('PUT', `:p/environments/${made.body.id}`, {
      ...as('developer'),
      body: { external_url: '' },
    })
    expect(changed.body).toMatchObject({ external_url: null, tier: 'development' })
  })
})

describe('resource groups', () => {
  test('are listed and told how to choose', async () => {
    expect((await world.call('GET', ':p/resource_groups', as('guest'))).status).toBe(403)
    const [group] = (await world.call('GET', ':p/resource_groups', as('reporter'))).body
    expect(group).toMatchObject({ key: 'one', process_mode: 'unordered' })
    const changed = await world.call('PUT', ':p/resource_groups/one', {
      ...as('developer'),
      body: { process_mode: 'newest_first' },
    })
    expect(changed.body.process_mode).toBe('newest_first')
    expect((await world.call('GET', ':p/resource_groups/one/upcoming_jobs', as('reporter'))).status).toBe(200)
    expect((await world.call('GET', ':p/resource_groups/none', as('reporter'))).status).toBe(404)
  })
})

describe('lint', () => {
  const lint = (body: object, role: keyof ApiWorld['tokens'] = 'developer') =>
    world.call('POST', ':p/ci/lint', { ...as(role), body })

  test('tells what is right, with jobs and the merged file', async () => {
    const content = '.base:\n  script: make\nbuild:\n  extends: .base\n'
    const { body } = await lint({ content, include_jobs: true, dry_run: true, ref: 'topic' })
    expect(body).toMatchObject({ valid: true, errors: [], jobs: [{ name: 'build', script: ['make'], stage: 'test' }] })
    expect(body.merged_yaml).toMatch(/build:\n {2}(extends: \.base\n {2})?script:/)
    expect(body.slipway.explanations).toHaveLength(1)
  })

  test('tells what is wrong, with places', async () => {
    const { body } = await lint({ content: 'build:\n  script: x\n  stage: nowhere\n' })
    expect(body.valid).toBe(false)
    expect(body.errors[0]).toMatch(/^\.gitlab-ci\.yml:\d+: .*nowhere/)
    expect(body.slipway.errors[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) })
  })

  test('reads the repository’s own file', async () => {
    expect((await world.call('GET', ':p/ci/lint?ref=topic', as('developer'))).body.valid).toBe(true)
    expect((await world.call('GET', ':p/ci/lint?ref=nowhere', as('developer'))).body).toMatchObject({ valid: false })
  })

  test('asks for the right to run on the ref before variables may decide rules', async () => {
    const content = 'a:\n  script: x\n  rules:\n    - if: $SECRET =~ /^a/\nb:\n  script: x\n'
    expect((await lint({ content, dry_run: true, ref: 'main' })).status).toBe(403)
    expect((await lint({ content, dry_run: true, ref: 'main' }, 'maintainer')).status).toBe(200)
    expect((await lint({ content, ref: 'main' })).status).toBe(200)
    expect((await lint({ content }, 'reporter')).status).toBe(403)
  })
})
