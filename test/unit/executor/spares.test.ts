import { expect, test } from 'vitest'
import { createSpares } from '../../../src/executor/docker/spares.ts'
import { waitUntil } from '../../support/wait-until.ts'

function make(keepMs = 60_000) {
  let made = 0
  const discarded: number[] = []
  const problems: unknown[] = []
  const spares = createSpares<number>({
    quietMs: 1,
    most: 8,
    keepMs,
    discard: async spare => {
      discarded.push(spare)
    },
    onProblem: error => problems.push(error),
  })
  const next = async () => {
    made += 1
    return made
  }
  return { spares, next, discarded, problems, made: () => made }
}

test('a spare is given away once', async () => {
  const { spares, next, made } = make()
  expect(spares.take('a')).toBe(null)
  spares.want('a', 2, next)
  await waitUntil(() => made() === 2, 'two spares')
  expect([spares.take('a'), spares.take('a'), spares.take('a')]).toEqual([1, 2, null])
  await spares.close()
})

test('none is begun while a room is being furnished', async () => {
  const { spares, next, made } = make()
  const letGo = spares.hold()
  const letOtherGo = spares.hold()
  spares.want('a', 1, next)
  letGo()
  letGo()
  await new Promise(resolve => setImmediate(resolve))
  expect(made()).toBe(0)
  letOtherGo()
  await waitUntil(() => made() === 1, 'a spare')
  await spares.close()
})

test('what cannot be made is told once and not tried again until it is wanted again', async () => {
  const { spares, problems } = make()
  spares.want('a', 3, async () => {
    throw new Error('no')
  })
  await waitUntil(() => problems.length > 0, 'the problem')
  await spares.close()
  expect(problems).toHaveLength(1)
})

test('a wish that nobody repeats is forgotten with its spares, and the end leaves none', async () => {
  const { spares, next, discarded, made } = make(20)
  spares.want('a', 1, next)
  await waitUntil(() => discarded.length === 1, 'the end of the spare')
  expect(spares.take('a')).toBe(null)
  const other = make()
  other.spares.want('b', 2, other.next)
  await waitUntil(() => other.made() === 2, 'two spares')
  await other.spares.close()
  expect(other.discarded.sort()).toEqual([1, 2])
  await spares.close()
  expect(made()).toBe(1)
})
