// Scrolls content of any height in a native scroll area (scroll-scale.ts tells why it is not simply tall).
import { type Signal, useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type ScrollScale, scaleOf } from './scroll-scale.ts'

export type Scroll = {
  /** Pixels of the content above the view. */
  readonly top: Signal<number>
  readonly viewPx: Signal<number>
  readonly widthPx: Signal<number>
  readonly scale: () => ScrollScale
  readonly scrollTo: (top: number) => void
  readonly onScroll: () => void
}

const settleMs = 120

/** @param onMoved the reader has scrolled, not `scrollTo` */
export function useScroll(
  area: { readonly current: HTMLElement | null },
  contentPx: () => number,
  onMoved?: (top: number) => void,
): Scroll {
  const top = useSignal(0)
  const viewPx = useSignal(600)
  const widthPx = useSignal(800)
  const bar = useRef({ scrollTop: 0, timer: undefined as ReturnType<typeof setTimeout> | undefined })

  useLayoutEffect(() => {
    const element = area.current
    if (element === null) return
    const measure = (): void => {
      viewPx.value = element.clientHeight
      widthPx.value = element.clientWidth
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      observer.disconnect()
      clearTimeout(bar.current.timer)
    }
  }, [])

  const scale = (): ScrollScale => scaleOf(contentPx(), viewPx.peek())

  function moveBar(): void {
    const element = area.current
    if (element === null) return
    element.scrollTop = scale().scrollTopOf(top.peek())
    bar.current.scrollTop = element.scrollTop
  }

  function onScroll(): void {
    const element = area.current
    if (element === null) return
    const moved = element.scrollTop - bar.current.scrollTop
    if (moved === 0) return
    bar.current.scrollTop = element.scrollTop
    const current = scale()
    const isSmall = current.isScaled && Math.abs(moved) < viewPx.peek() * 2
    top.value = isSmall ? current.clamp(top.peek() + moved) : current.topAt(element.scrollTop)
    if (isSmall) settle(element, current)
    onMoved?.(top.peek())
  }

  /** After small moves the bar stands a little off; at its ends this must be mended at once. */
  function settle(element: HTMLElement, current: ScrollScale): void {
    clearTimeout(bar.current.timer)
    const isAtEnd = element.scrollTop <= 0 || element.scrollTop >= current.trackPx - viewPx.peek() - 1
    if (isAtEnd) moveBar()
    else bar.current.timer = setTimeout(moveBar, settleMs)
  }

  return {
    top,
    viewPx,
    widthPx,
    scale,
    scrollTo: wanted => {
      top.value = scale().clamp(wanted)
      moveBar()
    },
    onScroll,
  }
}
