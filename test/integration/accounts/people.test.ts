// Lists of people, as the administrator's page asks for them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountServer, openAccountServer } from '../../support/accounts/server.ts'

let server: AccountServer

beforeAll(async () => {
  server = await openAccountServer()
  await server.door.user('ann')
})
afterAll(() => server.close())

describe('the list of people', () => {
  it('can leave out bots, whose kind namespaces have, too', async () => {
    const answer = await server.call('GET', '/users?humans=true', { token: await server.door.token(1) })
    expect(answer.status).toBe(200)
    expect((answer.body as { username: string }[]).map(user => user.username)).toContain('ann')
  })
})
