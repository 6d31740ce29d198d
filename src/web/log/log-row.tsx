import type { JSX } from 'preact'
import { rowText } from '../../logs/paint.ts'
import type { Section } from '../../logs/section.ts'
import { secondClock } from '../clock.ts'
import { Icon } from '../ui/icon.tsx'
import { clockWords } from '../words.ts'
import type { Matcher } from './matcher.ts'
import { type RowPart, rowParts } from './row-parts.ts'
import type { TimestampMode } from './view-options.ts'
import type { ShownRow } from './worker-protocol.ts'

export type SectionHead = { readonly section: Section; readonly index: number; readonly isFolded: boolean }

type LogRowProps = {
  readonly row: number
  readonly painted: ShownRow | undefined
  readonly head: SectionHead | undefined
  readonly matcher: Matcher | undefined
  /** Free space above it, where the log beside it has more. */
  readonly gapPx: number
  readonly isDifferent: boolean
  readonly isCurrent: boolean
  readonly isSelected: boolean
  readonly timestamps: TimestampMode
  /** Milliseconds since 1970, for elapsed times. */
  readonly startedAt: number
  readonly timeAt: (offset: number) => number | null
  /** Null: sections stay open. */
  readonly onToggle: ((index: number) => void) | null
  readonly onSelect: (row: number, extend: boolean) => void
}

export function LogRow(props: LogRowProps): JSX.Element {
  const { row, painted, head, gapPx, isDifferent, isCurrent, isSelected, onSelect } = props
  const classes = [
    'log-row',
    head && 'log-head',
    isDifferent && 'log-differs',
    isCurrent && 'log-current',
    isSelected && 'log-selected',
  ]
  return (
    <>
      {gapPx > 0 && <div class="log-gap" style={{ height: `${gapPx}px` }} />}
      <div class={classes.filter(Boolean).join(' ')} data-row={row}>
        <a
          class="log-number"
          href={`#L${row + 1}`}
          aria-label={`Line ${row + 1}`}
          // Tab goes past the lines, but for the one where a search or a link stands.
          tabIndex={isCurrent || isSelected ? 0 : -1}
          onClick={event => {
            event.preventDefault()
            onSelect(row, event.shiftKey)
          }}
        >
          {row + 1}
        </a>
        {props.timestamps !== 'off' && <span class="log-time">{painted && timeWords(painted, props)}</span>}
        {head ? <Head {...props} head={head} /> : <Text painted={painted} matcher={props.matcher} />}
      </div>
    </>
  )
}

function Head({ head, painted, matcher, onToggle }: LogRowProps & { readonly head: SectionHead }): JSX.Element {
  const { section, index, isFolded } = head
  return (
    <>
      {onToggle === null ? (
        <span class="log-title">
          <span class="log-fold" />
          <Text painted={painted} matcher={matcher} fallback={section.name} />
        </span>
      ) : (
        <button type="button" class="log-title" aria-expanded={!isFolded} onClick={() => onToggle(index)}>
          <span class="log-fold">
            <Icon name={isFolded ? 'right' : 'down'} size={14} />
          </span>
          <Text painted={painted} matcher={matcher} fallback={section.name} hasLinks={false} />
        </button>
      )}
      {!section.hidesDuration && <span class="log-duration">{sectionSeconds(section)}</span>}
    </>
  )
}

function sectionSeconds(section: Section): string {
  const end = section.endedAt ?? secondClock.value / 1000
  return clockWords(end - section.startedAt)
}

type TextProps = {
  readonly painted: ShownRow | undefined
  readonly matcher: Matcher | undefined
  readonly fallback?: string
  readonly hasLinks?: boolean
}

function Text({ painted, matcher, fallback = '', hasLinks = true }: TextProps): JSX.Element {
  if (painted === undefined || painted.segments.length === 0) return <span class="log-text">{fallback || '\n'}</span>
  const marks = matcher === undefined ? [] : matcher.places(rowText(painted))
  return <span class="log-text">{rowParts(painted.segments, marks, hasLinks).map(Part)}</span>
}

function Part({ text, classes, colour, background, isMark, href }: RowPart, index: number): JSX.Element | string {
  const inner =
    href === undefined ? (
      text
    ) : (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {text}
      </a>
    )
  if (isMark) {
    return (
      <mark key={index} class={classes}>
        {inner}
      </mark>
    )
  }
  if (classes === '' && colour === undefined && background === undefined && href === undefined) return text
  return (
    <span key={index} class={classes} style={{ color: colour, backgroundColor: background }}>
      {inner}
    </span>
  )
}

/** The runner's own word in the line, else when the server got it. */
function timeWords({ timestamp, offset }: ShownRow, { timestamps, startedAt, timeAt }: LogRowProps): string {
  const at = timestamp === null ? timeAt(offset) : Date.parse(timestamp)
  if (at === null) return ''
  if (timestamps === 'elapsed') return `+${clockWords((at - startedAt) / 1000)}`
  return new Date(at).toLocaleTimeString(undefined, { hour12: false })
}
