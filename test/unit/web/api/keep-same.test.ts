import { describe, expect, it } from 'vitest'
import { keepSame } from '../../../../src/web/api/keep-same.ts'

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

describe('keepSame', () => {
  const before = {
    id: 7,
    jobs: [
      { id: 1, tags: ['a'] },
      { id: 2, tags: [] },
    ],
    user: null,
  }

  it('is the old value when nothing has changed', () => {
    expect(keepSame(before, copyOf(before))).toBe(before)
  })

  it('keeps every part that has not changed', () => {
    const after = copyOf(before)
    const changed = { ...after, jobs: [after.jobs[0], { id: 2, tags: ['b'] }] }
    const kept = keepSame(before, changed)
    expect(kept).toEqual(changed)
    expect(kept.jobs[0]).toBe(before.jobs[0])
    expect(kept.jobs[1]).not.toBe(before.jobs[1])
  })

  it('takes over what was added and leaves out what was removed', () => {
    expect(keepSame({ a: 1, b: 2 }, { b: 2 })).toEqual({ b: 2 })
    expect(keepSame({ b: 2 }, { a: undefined, b: 2 })).toEqual({ a: undefined, b: 2 })
    expect(keepSame([1, 2, 3], [1, 2])).toEqual([1, 2])
    expect(keepSame([1], [1, 2])).toEqual([1, 2])
  })

  it.each([
    [undefined, { a: 1 }],
    [null, []],
    [[], {}],
    [{}, []],
    ['7', 7],
  ])('takes the new value for another kind of value: %j, %j', (old, value) => {
    expect(keepSame(old, value)).toBe(value)
  })

  it('never mixes objects with a class', () => {
    const date = new Date(0)
    expect(keepSame({ at: new Date(0) }, { at: date }).at).toBe(date)
  })
})
