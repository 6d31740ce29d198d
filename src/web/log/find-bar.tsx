import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../ui/button.tsx'
import type { LogModel } from './log-model.ts'
import { stepFound } from './step-found.ts'

type FindBarProps = { readonly model: LogModel; readonly onClose: () => void }

/** Looks through the whole log, folded sections included, and steps from hit to hit. */
export function FindBar({ model, onClose }: FindBarProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  const found = model.source.found.value
  useFirstHit(model)

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter') stepFound(model, event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
  }

  return (
    <search class="log-find">
      <input
        ref={input}
        class="input"
        type="search"
        autofocus
        placeholder="Find in the whole log"
        aria-label="Find in the whole log"
        spellcheck={false}
        value={found.kind === 'text' ? found.text : ''}
        onInput={event => model.source.find(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span class="log-found number" role="status">
        {foundWords(model)}
      </span>
      <Button
        small
        kind="quiet"
        icon="up"
        label="Previous hit (Shift Enter)"
        disabled={found.rows.length === 0}
        onClick={() => stepFound(model, -1)}
      />
      <Button
        small
        kind="quiet"
        icon="down"
        label="Next hit (Enter)"
        disabled={found.rows.length === 0}
        onClick={() => stepFound(model, 1)}
      />
      <Button small kind="quiet" icon="cross" label="Close the search (Escape)" onClick={onClose} />
    </search>
  )
}

/** Goes to the first hit below the view's place as soon as there is one. */
function useFirstHit(model: LogModel): void {
  const { text, rows } = model.source.found.value
  const shown = useRef('')
  useEffect(() => {
    if (text === '' || rows.length === 0 || shown.current === text) return
    shown.current = text
    stepFound(model, 0)
  }, [text, rows.length > 0])
}

function foundWords(model: LogModel): string {
  const { text, rows, isDone, isCut } = model.source.found.value
  if (text === '') return ''
  const current = model.currentRow.value
  const at = current === null ? -1 : rows.indexOf(current)
  const count = `${rows.length.toLocaleString('en')}${isCut ? '+' : ''}`
  if (rows.length === 0) return isDone ? 'no line' : 'searching'
  return at === -1 ? `${count} lines` : `${(at + 1).toLocaleString('en')} of ${count}`
}
