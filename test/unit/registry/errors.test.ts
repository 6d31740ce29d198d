import { expect, test } from 'vitest'
import { errorAnswer, RegistryError, registryErrors } from '../../../src/registry/errors.ts'

test('every code has a status of an error and a message', () => {
  for (const { status, message } of Object.values(registryErrors)) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(message).not.toBe('')
  }
})

test('missing references become an entry each', () => {
  const answer = errorAnswer(
    new RegistryError('MANIFEST_BLOB_UNKNOWN', undefined, { detail: [{ digest: 'a' }, { digest: 'b' }] }),
  )
  expect(JSON.parse(answer.body).errors.map((entry: { detail: unknown }) => entry.detail)).toEqual([
    { digest: 'a' },
    { digest: 'b' },
  ])
})

test('codes that the wire does not know are sent as their nearest', () => {
  const answer = errorAnswer(new RegistryError('MANIFEST_TOO_LARGE'))
  expect(answer.status).toBe(413)
  expect(JSON.parse(answer.body).errors[0]).toEqual({ code: 'SIZE_INVALID', message: 'manifest is larger than 4 MiB' })
})
