import { describe, expect, test } from 'vitest'
import { startTwiceAtMost } from '../../../src/executor/docker/start-container.ts'

const engineError = (statusCode: number) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) cannot start a stopped process: unknown`), { statusCode })

/** Fails in the way given as often as errors are given, then starts. */
function startFailing(...errors: readonly Error[]) {
  let tries = 0
  const start = async () => {
    tries += 1
    const error = errors[tries - 1]
    if (error !== undefined) throw error
    return 'started'
  }
  return { start, tries: () => tries }
}

describe('the start of a container', () => {
  test('is tried once more where the engine failed at it', async () => {
    const { start, tries } = startFailing(engineError(500))
    expect(await startTwiceAtMost(start)).toBe('started')
    expect(tries()).toBe(2)
  })

  test('fails when the engine fails twice', async () => {
    const { start, tries } = startFailing(engineError(500), engineError(503), engineError(500))
    await expect(startTwiceAtMost(start)).rejects.toMatchObject({ statusCode: 503 })
    expect(tries()).toBe(2)
  })

  test.each([
    ['the container is at fault', engineError(400)],
    ['the container is gone', engineError(404)],
    ['no engine answers', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
  ])('is not tried again when %s', async (_, error) => {
    const { start, tries } = startFailing(error)
    await expect(startTwiceAtMost(start)).rejects.toBe(error)
    expect(tries()).toBe(1)
  })
})
