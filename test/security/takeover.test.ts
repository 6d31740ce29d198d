// S25: a project is its number, not its path: what was given for it does not pass to whoever takes its old path. And what is
// told to others is signed with the time, so that an old word is none.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signature } from '../../src/kit/delivery.ts'
import { type AccountServer, openAccountServer } from '../support/accounts/server.ts'

let server: AccountServer
let root: string
beforeAll(async () => {
  server = await openAccountServer()
  root = await server.door.token(1)
})
afterAll(() => server.close())

async function gitStatus(path: string, username: string, token: string): Promise<number> {
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}` }
  return (await fetch(`${server.url}/${path}.git/info/refs?service=git-upload-pack`, { headers })).status
}

test('the tokens and variables of a renamed project stay with it, and are nothing to the next one at its old path', async () => {
  const old = await server.door.project('team/app')
  const at = (id: number, rest: string) => `/projects/${id}/${rest}`
  const made = await server.call('POST', at(old.id, 'deploy_tokens'), {
    token: root,
    body: { name: 'deploy', username: 'deployer', scopes: ['read_repository'] },
  })
  const { token } = made.body as { token: string }
  const variable = { key: 'DEPLOY_KEY', value: 'hush-hush' }
  await server.call('POST', at(old.id, 'variables'), { token: root, body: variable })
  expect(await gitStatus('team/app', 'deployer', token)).toBe(200)

  expect((await server.call('PUT', `/projects/${old.id}`, { token: root, body: { path: 'moved' } })).status).toBe(200)
  expect(await gitStatus('team/app', 'deployer', token)).toBe(404)
  const next = await server.door.project('team/app')
  expect(next.id).not.toBe(old.id)
  expect(await gitStatus('team/app', 'deployer', token)).toBe(404)
  expect(await gitStatus('team/moved', 'deployer', token)).toBe(200)
  expect((await server.call('GET', at(next.id, 'variables'), { token: root })).body).toEqual([])
  expect((await server.call('GET', at(old.id, 'variables'), { token: root })).body).toMatchObject([variable])
})

test('a delivery is signed over its time and its body, by its secret alone', () => {
  const sign = (secret: string, time: string, body: string) => signature(secret, time, body)
  const signed = sign('secret', '1700000000', '{"a":1}')
  expect(signed).toBe(`sha256=${createHmac('sha256', 'secret').update('1700000000.{"a":1}').digest('hex')}`)
  const others = [
    sign('secret', '1700000301', '{"a":1}'),
    sign('secret', '1700000000', '{"a":2}'),
    sign('other', '1700000000', '{"a":1}'),
    sign('secret', '170000000', '0.{"a":1}'),
  ]
  expect(others).not.toContain(signed)
})
