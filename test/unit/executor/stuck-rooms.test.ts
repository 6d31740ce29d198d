import { expect, test } from 'vitest'
import { createStuckRooms } from '../../../src/executor/docker/stuck-rooms.ts'

const minuteMs = 60_000

test('a room that cannot be removed is tried again after longer and longer pauses, told once, and stands in nobody’s way', async () => {
  let nowMs = 0
  const told: string[] = []
  const tried: number[] = []
  const removed: string[] = []
  const stuck = createStuckRooms({ monotonicMs: () => nowMs, onStuck: roomId => told.push(roomId) })
  for (; nowMs <= 300 * minuteMs; nowMs += minuteMs) {
    await stuck.remove('stuck', async () => {
      tried.push(nowMs / minuteMs)
      throw new Error('did not receive an exit event')
    })
    await stuck.remove(`well-${nowMs}`, async () => void removed.push(`well-${nowMs}`))
  }
  expect(tried).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243])
  expect(told).toEqual(['stuck'])
  expect(removed).toHaveLength(301)
  expect(stuck.all()).toEqual(['stuck'])
})

test('a room that is gone is stuck no more, whoever removed it', async () => {
  const stuck = createStuckRooms({ monotonicMs: () => 0, onStuck: () => {} })
  const fails = () => Promise.reject(new Error('no'))
  await stuck.remove('a', fails)
  await stuck.remove('b', fails)
  stuck.retain(new Set(['b']))
  expect(stuck.all()).toEqual(['b'])
})
