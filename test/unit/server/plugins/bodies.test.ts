import { Type } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/server/app.ts'
import { addBodies, nestFields } from '../../../../src/server/plugins/bodies.ts'
import { addBooleans } from '../../../../src/server/plugins/booleans.ts'

const body = Type.Object({
  name: Type.String(),
  count: Type.Optional(Type.Integer()),
  flag: Type.Optional(Type.Boolean()),
  scopes: Type.Optional(Type.Array(Type.String())),
})

let app: App
beforeEach(async () => {
  app = Fastify() as unknown as App
  addBodies(app)
  addBooleans(app)
  app.post('/things', { schema: { body } }, async request => request.body)
  app.post('/raw', async request => {
    let text = ''
    for await (const chunk of request.body as AsyncIterable<Buffer>) text += chunk
    return { text }
  })
  app.get(
    '/flags',
    { schema: { querystring: Type.Object({ flag: Type.Optional(Type.Boolean()) }) } },
    async request => request.query,
  )
  const querystring = Type.Object({ pattern: Type.Optional(Type.String()), keep: Type.Optional(Type.Integer()) })
  app.delete('/things', { schema: { querystring } }, async request => request.query)
  await app.ready()
})
afterEach(() => app.close())

async function send(type: string | null, payload: string, query = ''): Promise<unknown> {
  const answer = await app.inject({
    method: 'POST',
    url: `/things${query}`,
    headers: type === null ? {} : { 'content-type': type },
    payload,
  })
  return answer.statusCode === 200 ? answer.json() : answer.statusCode
}

describe('a body', () => {
  const expected = { name: 'x', count: 3, flag: true, scopes: ['a', 'b'] }

  it('may be JSON', async () => {
    expect(await send('application/json', JSON.stringify(expected))).toEqual(expected)
  })

  it('may be a form', async () => {
    expect(await send('application/x-www-form-urlencoded', 'name=x&count=3&flag=True&scopes[]=a&scopes[]=b')).toEqual(
      expected,
    )
  })

  it('may be a multipart form', async () => {
    const part = (name: string, value: string) =>
      `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const payload = `${part('name', 'x')}${part('count', '3')}${part('flag', '1')}${part('scopes[]', 'a')}${part('scopes[]', 'b')}--cut--\r\n`
    expect(await send('multipart/form-data; boundary=cut', payload)).toEqual(expected)
  })

  it('may stand in the query, in part or whole; what the body says wins', async () => {
    expect(await send('application/json', '', '?name=x&count=3&flag=yes&scopes[]=a&scopes[]=b')).toEqual(expected)
    expect(await send('application/json', '{"name":"body"}', '?name=query&count=1')).toEqual({ name: 'body', count: 1 })
    expect(await send(null, '', '?name=x')).toEqual({ name: 'x' })
  })

  it('of a deletion stands for its query', async () => {
    const remove = async (type: string, payload: string, query = '') => {
      const headers = { 'content-type': type }
      const answer = await app.inject({ method: 'DELETE', url: `/things${query}`, headers, payload })
      return answer.statusCode === 200 ? answer.json() : answer.statusCode
    }
    const form = 'application/x-www-form-urlencoded'
    expect(await remove(form, 'pattern=.*&keep=2&other=1')).toEqual({ pattern: '.*', keep: 2 })
    expect(await remove(form, 'keep=2', '?pattern=a')).toEqual({ pattern: 'a', keep: 2 })
    expect(await remove('application/json', '{"pattern":"b"}')).toEqual({ pattern: 'b' })
    const part = '--cut\r\nContent-Disposition: form-data; name="pattern"\r\n\r\nc\r\n--cut--\r\n'
    expect(await remove('multipart/form-data; boundary=cut', part)).toEqual({ pattern: 'c' })
    expect(await remove(form, 'keep=many')).toBe(400)
  })

  it('that misses something, or is broken, is a 400', async () => {
    expect(await send('application/json', '')).toBe(400)
    expect(await send('application/json', '{"name":')).toBe(400)
    expect(await send('application/json', '"text"')).toBe(400)
    expect(await send('application/json', '{"name":"x","flag":"maybe"}')).toBe(400)
    expect(await send('multipart/form-data; boundary=cut', 'no form at all')).toBe(400)
  })

  it('of a type that nobody parses reaches a handler untouched', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/raw',
      headers: { 'content-type': 'text/plain' },
      payload: 'as it is',
    })
    expect(answer.json()).toEqual({ text: 'as it is' })
  })

  it('make lists of objects as Rack does', () => {
    const fields = new URLSearchParams(
      'variables[][key]=A&variables[][value]=1&variables[][key]=B&variables[][value]=2&x[y][][z]=3&ref=main',
    )
    expect(JSON.parse(JSON.stringify(nestFields(fields)))).toEqual({
      variables: [
        { key: 'A', value: '1' },
        { key: 'B', value: '2' },
      ],
      x: { y: [{ z: '3' }] },
      ref: 'main',
    })
    expect(Object.keys(nestFields([['a[][__proto__]', '1']]))).toEqual([])
  })

  it('cannot reach the prototype of objects', async () => {
    expect(
      nestFields([
        ['__proto__[x]', '1'],
        ['a[__proto__][x]', '2'],
        ['constructor[x]', '3'],
        ['b', '4'],
      ]),
    ).toEqual({ b: '4' })
    expect(({} as { x?: string }).x).toBeUndefined()
    expect(await send('application/json', '{"name":"x","__proto__":{"flag":true}}')).toBe(400)
  })
})

describe('a flag in a query', () => {
  it.each([
    ['True', true],
    ['1', true],
    ['on', true],
    ['false', false],
    ['F', false],
    ['0', false],
  ])('%s is %s', async (word, expected) => {
    expect((await app.inject(`/flags?flag=${word}`)).json()).toEqual({ flag: expected })
  })
})
