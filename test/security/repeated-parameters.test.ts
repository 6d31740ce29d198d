// S22: one name, two values: whoever checks may read the one and whoever acts the other. All doors refuse it, and nothing is done.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { repeatedKey } from '../../src/server/plugins/repeated-keys.ts'
import { type AccountServer, openAccountServer } from '../support/accounts/server.ts'
import { createRandom } from '../support/random.ts'
import { createRegistryClient, randomContent } from '../support/registry/registry-client.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

let server: AccountServer
let token: string
beforeAll(async () => {
  server = await openAccountServer()
  token = await server.door.token(1)
  await server.door.project('team/one')
})
afterAll(() => server.close())

const form = 'application/x-www-form-urlencoded'
const part = (name: string, value: string) =>
  `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

describe('the API refuses', () => {
  test.each([
    '/projects?search=a&search=b',
    '/projects?project_id=1&project_id=2',
    '/projects/team%2Fone?id=1&id=2',
    '/users?username=root&username=nobody',
  ])('GET %s', async path => {
    const { status, body } = await server.call('GET', path, { token })
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('is given more than once')])
  })

  test.each([
    ['a form', form, 'path=new&name=new&name=other'],
    ['a form, as a word and as a list', form, 'path=new&name=new&topics=a&topics[]=b'],
    ['a form, as a word and as an object', form, 'path=new&name=new&name[x]=y'],
    [
      'a multipart form',
      'multipart/form-data; boundary=cut',
      `${part('name', 'new')}${part('name', 'other')}--cut--\r\n`,
    ],
    ['JSON', 'application/json', '{"path":"new","name":"new","name":"other"}'],
    ['JSON that hides it', 'application/json', '{"path":"new","name":"new","\\u006eame":"other"}'],
  ])('twice the name of a project in %s, and makes none', async (_, type, payload) => {
    const headers = { 'content-type': type }
    const { status, body } = await server.call('POST', '/projects', { token, headers, body: payload })
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('is given more than once')])
    expect((await server.call('GET', '/projects/root%2Fnew', { token })).status).toBe(404)
  })

  test('and takes a list where a list is meant', async () => {
    const headers = { 'content-type': form }
    const body = 'name=listed&topics[]=a&topics[]=b'
    expect((await server.call('POST', '/projects', { token, headers, body })).status).toBe(201)
  })
})

test('git is told one service', async () => {
  const both = 'service=git-upload-pack&service=git-receive-pack'
  const headers = { authorization: `Basic ${Buffer.from(`root:${token}`).toString('base64')}` }
  const answer = await fetch(`${server.door.url}/team/one.git/info/refs?${both}`, { headers })
  expect([answer.status, await answer.text()]).toEqual([400, 'The service is named more than once.\n'])
})

test('the registry takes one digest and one source, and several scopes', async () => {
  const registry = await startTestRegistry()
  onTestFinished(registry.stop)
  const client = createRegistryClient(registry.url, { username: 'dev', password: 'dev' })
  onTestFinished(client.close)
  const [one, other] = [randomContent(10).digest, randomContent(10).digest]
  for (const query of [`mount=${one}&from=g/p&from=g/q`, `digest=${one}&digest=${other}`]) {
    const { status, body } = await client.send('POST', `/v2/g/p/blobs/uploads/?${query}`)
    expect([status, body.toString()]).toEqual([400, expect.stringContaining('is given more than once')])
  }
  const scopes = 'scope=repository:g/p:pull&scope=repository:g/p:push'
  expect((await fetch(`${registry.url}/jwt/auth?service=x&${scopes}`)).status).toBe(200)
  expect((await fetch(`${registry.url}/jwt/auth?service=x&service=y&${scopes}`)).status).toBe(400)
  const body = 'grant_type=password&username=dev&password=x&password=dev'
  const headers = { 'content-type': form }
  expect((await fetch(`${registry.url}/jwt/auth`, { method: 'POST', headers, body })).status).toBe(400)
})

describe('a key that JSON has twice', () => {
  test.each([
    ['{}', null],
    ['"a"', null],
    ['[{"a":1},{"a":1}]', null],
    ['{"a":{"a":{"a":["a","a",{"a":1}]}},"b":"a\\",\\"a"}', null],
    ['{"a":1,"b":[1,2],"a":1}', 'a'],
    ['{"x":{"y":1,"z":"}","y":2}}', 'y'],
    ['{"a\\\\":1,"a\\\\":2}', 'a\\'],
    ['{"a":"\\\\","a":2}', 'a'],
    ['{"é":1,"\\u00e9":2}', 'é'],
  ])('in %s is %j', (json, key) => expect(repeatedKey(json)).toBe(key))

  test('is never seen in what JSON.stringify writes', () => {
    const random = createRandom(3)
    const value = (depth: number): unknown =>
      depth === 0 || random.integer(3) === 0
        ? random.pick(['"', '\\', '{"a":1,"a":2}', 1, null, true])
        : random.integer(2) === 0
          ? Array.from({ length: random.integer(4) }, () => value(depth - 1))
          : Object.fromEntries(
              Array.from({ length: random.integer(4) }, () => [random.pick(['a', '"', '\\"', ',']), value(depth - 1)]),
            )
    for (let turn = 0; turn < 2000; turn += 1) {
      const json = JSON.stringify(value(5))
      expect(repeatedKey(json), json).toBeNull()
    }
  })
})
