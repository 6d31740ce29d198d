import { expect, test } from 'vitest'
import { createSpares } from '../../../src/executor/docker/spares.ts'
import { waitUntil } from '../../support/wait-until.ts'

function make(keepMs = 60_000, patienceMs = 0) {
  let made = 0
  const discarded: number[] = []
  const problems: unknown[] = []
  const spares = createSpares<number>({
    quietMs: 1,
    crowd: 2,
    patienceMs,
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
  spares.want('a', { count: 2, make: next, canWait: false })
  await waitUntil(() => made() === 2, 'two spares')
  expect([spares.take('a'), spares.take('a'), spares.take('a')]).toEqual([1, 2, null])
  await spares.close()
})

test('none is begun while a room is being furnished', async () => {
  const { spares, next, made } = make()
  const letGo = spares.hold()
  const letOtherGo = spares.hold()
  spares.want('a', { count: 1, make: next, canWait: false })
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
  const fail = async () => {
    throw new Error('no')
  }
  spares.want('a', { count: 3, make: fail, canWait: false })
  await waitUntil(() => problems.length > 0, 'the problem')
  await spares.close()
  expect(problems).toHaveLength(1)
})

test('a wish that nobody repeats is forgotten with its spares, and the end leaves none', async () => {
  const { spares, next, discarded, made } = make(20)
  spares.want('a', { count: 1, make: next, canWait: false })
  await waitUntil(() => discarded.length === 1, 'the end of the spare')
  expect(spares.take('a')).toBe(null)
  const other = make()
  other.spares.want('b', { count: 2, make: other.next, canWait: false })
  await waitUntil(() => other.made() === 2, 'two spares')
  await other.spares.close()
  expect(other.discarded.sort()).toEqual([1, 2])
  await spares.close()
  expect(made()).toBe(1)
})

test('what no job that is here can use waits until most of them are gone', async () => {
  const { spares, next, made } = make(60_000, 3_600_000)
  const [leave] = [spares.occupy(), spares.occupy()]
  spares.want('for later', { count: 1, make: next, canWait: true })
  spares.want('for now', { count: 1, make: next, canWait: false })
  await waitUntil(() => spares.take('for now') === 1, 'the spare for now')
  expect([made(), spares.take('for later')]).toEqual([1, null])
  leave?.()
  await waitUntil(() => spares.take('for later') !== null, 'the spare for later')
  await spares.close()
})

test('it waits for so long and no longer, also when it is wanted again and again', async () => {
  const { spares, next, made } = make(60_000, 30)
  for (let jobs = 0; jobs < 2; jobs += 1) spares.occupy()
  await waitUntil(() => {
    spares.want('a', { count: 1, make: next, canWait: true })
    return made() === 1
  }, 'a spare')
  await spares.close()
})
