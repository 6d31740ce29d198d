import { describe, expect, it } from 'vitest'
import { createByteStore } from '../../../../src/web/log/byte-store.ts'

describe('the store of a log’s bytes', () => {
  it('reads any range, however the bytes came in pieces', () => {
    const all = Uint8Array.from({ length: 50 }, (_, index) => index)
    for (const pieces of [1, 3, 7, 50]) {
      const store = createByteStore()
      const size = Math.ceil(all.length / pieces)
      for (let at = 0; at < all.length; at += size) store.append(all.slice(at, at + size))
      for (let start = 0; start <= all.length; start += 1) {
        for (let end = start; end <= all.length; end += 1) expect(store.read(start, end)).toEqual(all.slice(start, end))
      }
      expect(store.size()).toBe(all.length)
    }
  })

  it('ends where it ends', () => {
    const store = createByteStore()
    expect(store.read(0, 10)).toHaveLength(0)
    store.append(new Uint8Array(0))
    store.append(Uint8Array.of(1, 2))
    expect(store.read(1, 10)).toEqual(Uint8Array.of(2))
    expect(store.read(5, 10)).toHaveLength(0)
  })
})
