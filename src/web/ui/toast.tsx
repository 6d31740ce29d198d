// Every action says what it did: a short word in the corner, read out by screen readers.
import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

type Toast = { readonly id: number; readonly kind: 'good' | 'bad'; readonly text: string }

const goodMs = 5000
const badMs = 12_000
const toasts = signal<readonly Toast[]>([])
let lastId = 0

export function tell(text: string): void {
  show('good', text)
}

export function tellFailure(text: string): void {
  show('bad', text)
}

export function Toasts(): JSX.Element {
  const region = useRef<HTMLDivElement>(null)
  const shown = toasts.value
  // A popover lies above an open dialog; it is lifted anew with each word.
  useEffect(() => {
    if (shown.length === 0) return
    region.current?.hidePopover()
    region.current?.showPopover()
  }, [shown])
  return (
    <div class="toasts" ref={region} popover="manual" role="status" aria-live="polite">
      {shown.map(toast => (
        <div key={toast.id} class={`toast toast-${toast.kind}`}>
          <Icon name={toast.kind === 'good' ? 'check' : 'warning'} />
          <div>{toast.text}</div>
          <button
            type="button"
            class="button button-quiet button-small button-icon"
            aria-label="Dismiss"
            onClick={() => remove(toast.id)}
          >
            <Icon name="cross" size={14} />
          </button>
        </div>
      ))}
    </div>
  )
}

function show(kind: Toast['kind'], text: string): void {
  lastId += 1
  const id = lastId
  toasts.value = [...toasts.value.slice(-3), { id, kind, text }]
  setTimeout(() => remove(id), kind === 'good' ? goodMs : badMs)
}

function remove(id: number): void {
  toasts.value = toasts.value.filter(toast => toast.id !== id)
}
