import { expect, it } from 'vitest'
import { createStops } from '../../../src/kit/stops.ts'

it('stops the latest first, and all of them although one fails', async () => {
  const stopped: string[] = []
  const stops = createStops()
  stops.push(async () => stopped.push('first'))
  stops.push(async () => Promise.reject(new Error('does not stop')))
  stops.push(async () => stopped.push('last'))

  await expect(stops.stop()).rejects.toThrow('does not stop')
  expect(stopped).toEqual(['last', 'first'])
})

it('stops nothing twice', async () => {
  let count = 0
  const stops = createStops()
  stops.push(async () => {
    count += 1
  })
  await stops.stop()
  await stops.stop()
  expect(count).toBe(1)
})
