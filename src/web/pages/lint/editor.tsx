import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import './editor.css'

export type EditorHandle = { readonly goTo: (line: number) => void }

type EditorProps = {
  readonly handle: { current: EditorHandle | null }
  readonly value: string
  readonly onInput: (value: string) => void
  readonly onSubmit: () => void
}

const linePx = 20

/** A plain text field with numbered lines; Ctrl Enter checks. */
export function Editor({ handle, value, onInput, onSubmit }: EditorProps): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null)
  const numbers = useRef<HTMLDivElement>(null)
  const lines = value.split('\n').length

  useEffect(() => {
    handle.current = {
      goTo: line => {
        const field = area.current
        if (field === null) return
        const start =
          field.value
            .split('\n')
            .slice(0, line - 1)
            .join('\n').length + (line > 1 ? 1 : 0)
        const end = field.value.indexOf('\n', start)
        field.focus()
        field.setSelectionRange(start, end === -1 ? field.value.length : end)
        field.scrollTop = (line - 5) * linePx
      },
    }
  }, [])

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    onSubmit()
  }

  return (
    <div class="editor">
      <div class="editor-numbers" ref={numbers} aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => (
          <div key={index}>{index + 1}</div>
        ))}
      </div>
      <textarea
        ref={area}
        class="editor-text"
        aria-label="Pipeline file"
        spellcheck={false}
        wrap="off"
        value={value}
        onInput={event => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onScroll={event => {
          if (numbers.current !== null) numbers.current.scrollTop = event.currentTarget.scrollTop
        }}
      />
    </div>
  )
}
