// Browsers limit an element's height to some ten million pixels. A longer log is scrolled on a shorter track: dragging
// the bar moves in proportion, turning the wheel moves pixel by pixel.

export const maximumTrackPx = 8_000_000

export type ScrollScale = {
  readonly trackPx: number
  readonly isScaled: boolean
  /** From the bar's position to the position in the content. */
  readonly topAt: (scrollTop: number) => number
  readonly scrollTopOf: (top: number) => number
  readonly clamp: (top: number) => number
}

export function scaleOf(contentPx: number, viewPx: number): ScrollScale {
  const trackPx = Math.min(contentPx, maximumTrackPx)
  const travel = Math.max(0, contentPx - viewPx)
  const barTravel = Math.max(0, trackPx - viewPx)
  const ratio = barTravel === 0 ? 1 : travel / barTravel
  return {
    trackPx,
    isScaled: trackPx < contentPx,
    topAt: scrollTop => Math.min(travel, scrollTop * ratio),
    scrollTopOf: top => top / ratio,
    clamp: top => Math.max(0, Math.min(travel, top)),
  }
}
