import { describe, expect, it } from 'vitest'
import { maximumTrackPx, scaleOf } from '../../../../src/web/log/scroll-scale.ts'

describe('scrolling', () => {
  it('is one to one while the content fits the track', () => {
    const scale = scaleOf(50_000, 600)
    expect(scale).toMatchObject({ trackPx: 50_000, isScaled: false })
    expect(scale.topAt(1234)).toBe(1234)
    expect(scale.scrollTopOf(1234)).toBe(1234)
  })

  it('of a long log goes from its first to its last line on a track that browsers can hold', () => {
    const content = 40_000_000
    const scale = scaleOf(content, 600)
    expect(scale).toMatchObject({ trackPx: maximumTrackPx, isScaled: true })
    expect(scale.topAt(0)).toBe(0)
    expect(scale.topAt(maximumTrackPx - 600)).toBeCloseTo(content - 600)
    expect(scale.scrollTopOf(scale.topAt(777_777))).toBeCloseTo(777_777)
  })

  it('never leaves the content', () => {
    const scale = scaleOf(1000, 600)
    expect([scale.clamp(-5), scale.clamp(300), scale.clamp(9000)]).toEqual([0, 300, 400])
    expect(scaleOf(100, 600).clamp(50)).toBe(0)
  })
})
