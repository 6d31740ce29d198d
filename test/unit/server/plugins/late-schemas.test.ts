import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lateSchemas } from '../../../../src/server/plugins/late-schemas.ts'

const app = Fastify({ schemaController: { compilersFactory: lateSchemas } })
const body = { type: 'object', required: ['count'], properties: { count: { type: 'integer' } } } as const
const answer = { type: 'object', properties: { count: { type: 'integer' } } } as const

beforeAll(async () => {
  app.post('/things', { schema: { body, response: { 200: answer } } }, async request => ({
    ...(request.body as object),
    secret: 'not in the schema',
  }))
  app.post('/bad', { schema: { body: { type: 'nonsense' } } }, async () => null)
  await app.ready()
})
afterAll(() => app.close())

const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload })

describe('schemas that are compiled late', () => {
  it('refuse and coerce from the first request on', async () => {
    const refused = await post('/things', { count: 'many' })
    expect([refused.statusCode, refused.json().message]).toEqual([400, 'body/count must be integer'])
    expect((await post('/things', { count: '3' })).json()).toEqual({ count: 3 })
  })

  it('forget the mistake of the request before', async () => {
    expect((await post('/things', {})).statusCode).toBe(400)
    expect((await post('/things', { count: 1 })).statusCode).toBe(200)
  })

  it('answer with what the schema lists and nothing else', async () => {
    expect((await post('/things', { count: 3 })).body).toBe('{"count":3}')
  })

  it('are compiled when they are asked for', async () => {
    const { statusCode, json } = await post('/bad', {})
    expect([statusCode, json().message]).toEqual([500, expect.stringContaining('schema is invalid')])
  })
})
