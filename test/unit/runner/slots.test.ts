import { expect, test } from 'vitest'
import { countSlots } from '../../../src/runner/slots.ts'

const engine = { cpus: 8, memoryBytes: 16 * 1024 ** 3 }
const slot = (cpus: number | null, memoryGigabytes: number | null) => ({
  cpus,
  memoryBytes: memoryGigabytes === null ? null : memoryGigabytes * 1024 ** 3,
})

test.each([
  ['nothing is counted', slot(null, null), 10],
  ['the processors are the least', slot(2, 1), 4],
  ['the memory is the least', slot(0.5, 6), 2],
  ['there is more than is wanted', slot(0.1, 0.5), 10],
])('slots, when %s', (_name, share, expected) => {
  expect(countSlots({ concurrency: 10, slot: share }, engine)).toBe(expected)
})

test('an engine without room for one job is told', () => {
  expect(() => countSlots({ concurrency: 1, slot: slot(9, null) }, engine)).toThrow('the engine has 8')
  expect(() => countSlots({ concurrency: 1, slot: slot(null, 17) }, engine)).toThrow('slot.memory')
})
