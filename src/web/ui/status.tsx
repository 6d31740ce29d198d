// A status is a colour, a shape and a word: none of them alone carries the meaning.
import type { JSX } from 'preact'

type Tone = 'green' | 'red' | 'blue' | 'amber' | 'violet' | 'grey'
type Look = {
  readonly word: string
  readonly tone: Tone
  /** The data of one path: a pipeline shows hundreds of these, and each element more is felt. */
  readonly shape: string
}

const ring = 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 1 1 8 1.8z'
const play = `${ring}M6.5 5.2L11 8l-4.5 2.8z`
const clock = `${ring}M8 4.5V8l2.3 1.5`
const stroke = `${ring}M3.7 12.3l8.6-8.6`

const looks: Readonly<Record<string, Look>> = {
  success: { word: 'passed', tone: 'green', shape: `${ring}M5 8.3l2 2L11 6` },
  warning: { word: 'passed with warnings', tone: 'amber', shape: `${ring}M8 4.8v4M8 11.1h.01` },
  failed: { word: 'failed', tone: 'red', shape: `${ring}M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6` },
  running: { word: 'running', tone: 'blue', shape: 'M8 1.8A6.2 6.2 0 0 1 14.2 8' },
  pending: { word: 'pending', tone: 'amber', shape: `${ring}M6.3 5.5v5M9.7 5.5v5` },
  preparing: { word: 'preparing', tone: 'amber', shape: `${ring}M5 8h.01M8 8h.01M11 8h.01` },
  waiting_for_resource: { word: 'waiting for resource', tone: 'amber', shape: clock },
  canceling: { word: 'canceling', tone: 'grey', shape: stroke },
  canceled: { word: 'canceled', tone: 'grey', shape: stroke },
  skipped: { word: 'skipped', tone: 'grey', shape: `${ring}M5 5.5L7.5 8 5 10.5M8.5 5.5L11 8l-2.5 2.5` },
  created: { word: 'created', tone: 'grey', shape: `${ring}M8 6.6a1.4 1.4 0 1 1 0 2.8A1.4 1.4 0 1 1 8 6.6z` },
  manual: { word: 'manual', tone: 'violet', shape: play },
  blocked: { word: 'waiting for somebody', tone: 'violet', shape: play },
  scheduled: { word: 'delayed', tone: 'amber', shape: clock },
}
const unknownLook: Look = { word: 'unknown', tone: 'grey', shape: ring }

export type StatusProps = { readonly status: string; readonly allowFailure?: boolean | undefined }

/** A failed job that may fail is a warning, not a failure. */
export function lookOf({ status, allowFailure }: StatusProps): Look {
  if (status === 'failed' && allowFailure === true)
    return { ...(looks.warning ?? unknownLook), word: 'failed (allowed)' }
  return looks[status] ?? { ...unknownLook, word: status }
}

export function toneClass(props: StatusProps): string {
  return `tone-${lookOf(props).tone}`
}

export function Status(props: StatusProps): JSX.Element {
  const look = lookOf(props)
  return (
    <span class={`status tone-${look.tone}`}>
      <Shape look={look} size={14} />
      {look.word}
    </span>
  )
}

/** Only the icon; its word is read out and shown on hover. */
export function StatusIcon({ size = 16, ...props }: StatusProps & { readonly size?: number }): JSX.Element {
  const look = lookOf(props)
  return (
    <span class={`status-icon tone-${look.tone}`} role="img" aria-label={look.word} title={look.word}>
      <Shape look={look} size={size} />
    </span>
  )
}

/** For where the ground bears the tone and hovering tells the word already. */
export function StatusMark(props: StatusProps): JSX.Element {
  return <Shape look={lookOf(props)} size={16} isNamed />
}

type ShapeProps = { readonly look: Look; readonly size: number; readonly isNamed?: boolean }

function Shape({ look, size, isNamed = false }: ShapeProps): JSX.Element {
  return (
    <svg
      role="img"
      class={isNamed ? 'status-icon' : undefined}
      aria-label={isNamed ? look.word : undefined}
      aria-hidden={!isNamed}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {look.tone === 'blue' && <path d={ring} opacity=".3" />}
      <path class={look.tone === 'blue' ? 'status-spin' : undefined} d={look.shape} />
    </svg>
  )
}
