import { describe, expect, it } from 'vitest'
import { sentenceOf } from '../../../src/web/api/api-error.ts'

describe('a refusal of the server', () => {
  it.each([
    [400, { message: 'No job would run.' }, 'No job would run.'],
    [
      400,
      { message: { name: ['has been taken', 'is too long'], base: ['no'] } },
      'name has been taken, is too long; no',
    ],
    [400, { message: ['one', 'two'] }, 'one; two'],
    [400, { error: 'ref is missing' }, 'ref is missing'],
    [400, { message: '400 Bad request - cron is invalid' }, 'cron is invalid'],
    [403, { error: 'insufficient_scope', error_description: 'the token needs api' }, 'the token needs api'],
    [403, { message: '403 Forbidden - only its owner may' }, 'only its owner may'],
    [403, { message: '403 Forbidden' }, 'Your role does not allow this. Ask a maintainer of the project.'],
    [401, null, 'You are signed out. Sign in and try again.'],
    [500, { message: '500 Internal Server Error' }, 'The server met a mistake (500). Its log tells more.'],
    [418, null, 'The server answered 418.'],
  ])('%i %j becomes a sentence', (status, body, expected) => {
    expect(sentenceOf(status, body)).toBe(expected)
  })

  it('for a thing that is not there tells nothing of whether it exists', () => {
    const words = sentenceOf(404, { message: '404 Project Not Found' })
    expect(words).toMatch(/may have been deleted, or you are not a member/)
    expect(words).toBe(sentenceOf(404, { message: '404 Job Not Found' }))
  })
})
