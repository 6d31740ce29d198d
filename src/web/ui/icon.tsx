// The icons: strokes in a square of 16. They say nothing to a screen reader; the words beside them do.
import type { JSX } from 'preact'

const shapes = {
  check: 'M3 8.5l3.2 3L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3.5 8h9',
  play: 'M5 3.2l8 4.8-8 4.8z',
  stop: 'M4 4h8v8H4z',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.7 7v3.8M9.3 7v3.8',
  copy: 'M5.5 5.5h7v7.5h-7zM3.5 10.5V3h7',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3L14 14',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  up: 'M3.5 10L8 5.5 12.5 10',
  bottom: 'M8 2.5v8M4.5 7L8 10.5 11.5 7M3 13.5h10',
  top: 'M8 13.5v-8M4.5 9L8 5.5 11.5 9M3 2.5h10',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  branch:
    'M5 3v7M5 13a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11 6.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11 6.5c0 2.5-3 3-6 3.5',
  tag: 'M2.8 7.7V3h4.7l5.7 5.7-4.6 4.6zM5.5 5.6h.01',
  commit: 'M8 10.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM1.5 8h3.8M10.7 8h3.8',
  pipeline: 'M4 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM4 6v3a3 3 0 0 0 3 3h3',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  bars: 'M2.5 4h6M5 8h6M8 12h5.5',
  question: 'M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.8.4-1.1.8-1.1 1.6M8 12h.01M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z',
  box: 'M8 1.8l5.5 3v6.4L8 14.2l-5.5-3V4.8zM2.5 4.8L8 8l5.5-3.2M8 8v6.2',
  file: 'M4 1.8h5l3.5 3.5v8.9H4zM9 1.8v3.5h3.5',
  folder: 'M1.8 12.8V3.5h4.4l1.6 2h6.4v7.3z',
  gear: 'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6L5 5M11 11l1.4 1.4M12.4 3.6L11 5M5 11l-1.4 1.4',
  clock: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 4.6V8l2.4 1.6',
  calendar: 'M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v2.5M10.5 2v2.5',
  globe:
    'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM1.8 8h12.4M8 1.8c2 2 2.6 4 2.6 6.2S10 12.2 8 14.2c-2-2-2.6-4-2.6-6.2S6 3.8 8 1.8z',
  runner: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  users:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.7 2-4.3 4.5-4.3s4.5 1.6 4.5 4.3M10.5 2.7a2.4 2.4 0 0 1 0 4.6M12 9.5c1.6.6 2.5 2 2.5 4',
  user: 'M8 7.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM2.8 14c0-2.8 2.3-4.6 5.2-4.6s5.2 1.8 5.2 4.6',
  key: 'M5.5 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM7.7 7.9L13.5 2.5M11 4.8l1.8 1.8',
  lock: 'M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  shield: 'M8 1.8l5 1.8v4c0 3.2-2 5.5-5 6.6-3-1.1-5-3.4-5-6.6v-4z',
  link: 'M6.7 9.3a2.8 2.8 0 0 0 4 0l2-2a2.8 2.8 0 0 0-4-4l-.7.7M9.3 6.7a2.8 2.8 0 0 0-4 0l-2 2a2.8 2.8 0 0 0 4 4l.7-.7',
  external: 'M6.5 3.5h-4v10h10v-4M9.5 2.5h4v4M13.5 2.5L7.5 8.5',
  download: 'M8 2v8M4.7 6.8L8 10l3.3-3.2M2.5 13.5h11',
  wrap: 'M2.5 4h11M2.5 8h8.7a2 2 0 0 1 0 4H8M9.7 10.3L8 12l1.7 1.7M2.5 12H5',
  expand: 'M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5l-5 5M2.5 13.5l5-5',
  shrink: 'M13.5 6.5h-4v-4M2.5 9.5h4v4M9.5 6.5l4-4M6.5 9.5l-4 4',
  fold: 'M8 1.5v4M6 3.5L8 5.5l2-2M8 14.5v-4M6 12.5l2-2 2 2M2.5 8h11',
  unfold: 'M8 5.5v-4M6 3.5l2-2 2 2M8 10.5v4M6 12.5l2 2 2-2M2.5 8h11',
  hook: 'M5 2v6.5a3 3 0 1 0 6 0V7M9 9l2-2 2 2',
  home: 'M2.5 7.5L8 2.5l5.5 5M4 6.5v7h8v-7M6.7 13.5V10h2.6v3.5',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1',
  moon: 'M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7z',
  screen: 'M2 3h12v8H2zM5.5 13.5h5M8 11v2.5',
  warning: 'M8 2.2l6.3 11.3H1.7zM8 6.5v3.2M8 11.6h.01',
  info: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 7.3v3.7M8 5h.01',
  edit: 'M9.8 3.7l2.5 2.5M3 13l.7-3.2 7-7a1.7 1.7 0 0 1 2.5 2.5l-7 7z',
  flask: 'M6 2h4M6.7 2v4.3L2.8 13a.8.8 0 0 0 .7 1.2h9a.8.8 0 0 0 .7-1.2L9.3 6.3V2M4.7 10h6.6',
  broom: 'M9.5 2l-2 6M4.5 8h6l1 6h-8zM6.5 14v-2.5M9 14v-2.5',
  book: 'M2.5 3c2-.7 4-.7 5.5.5v10c-1.5-1.2-3.5-1.2-5.5-.5zM13.5 3c-2-.7-4-.7-5.5.5v10c1.5-1.2 3.5-1.2 5.5-.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  bolt: 'M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z',
  star: 'M8 2l1.8 3.8 4.2.6-3 2.9.7 4.2L8 11.5l-3.7 2 .7-4.2-3-2.9 4.2-.6z',
} as const

export type IconName = keyof typeof shapes

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  )
}
