// Pipelines that a job starts with its token.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'

let world: ApiWorld

beforeAll(async () => {
  world = await openApiWorld()
})
afterAll(() => world.close())

async function claimToken(): Promise<string> {
  const job = await world.claim()
  const token = job?.variables.find(each => each.key === 'CI_JOB_TOKEN')?.value
  if (token === undefined) throw new Error('no job was claimed')
  return token
}

test('are downstream of its own', async () => {
  await world.runs.push('job: { script: [a] }', { branch: 'topic' })
  const above = await world.runs.latest(world.project.id)
  const body = { token: await claimToken(), ref: 'topic' }
  const { body: made } = await world.call('POST', ':p/trigger/pipeline', { body })
  const { body: shown } = await world.call('GET', `slipway/projects/${world.project.id}/pipelines/${made.id}`, {
    as: world.tokens.developer,
  })
  expect(shown.parent).toMatchObject({ id: above.id })
  await world.claim() // its job, which is nobody's any more
})

test.each([
  ['trigger/pipeline', (token: string) => ({ body: { token, ref: 'topic' } })],
  ['pipeline', (token: string) => ({ headers: { 'job-token': token }, body: { ref: 'topic' } })],
])('come to an end where each starts the next one, by %s', async (path, asking) => {
  await world.runs.push('job: { script: [a] }', { branch: 'topic' })
  let made = 0
  for (; made < 50; made += 1) {
    const answer = await world.call('POST', `:p/${path}`, asking(await claimToken()))
    if (answer.status === 201) continue
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining('ten pipelines in a row')])
    break
  }
  expect(made).toBe(9)
})
