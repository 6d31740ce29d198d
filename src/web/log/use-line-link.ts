import { useEffect, useRef, useState } from 'preact/hooks'
import { hashOf, type LineSelection, selectionOf } from './line-link.ts'
import type { LogModel } from './log-model.ts'

export type LineLink = {
  readonly selection: LineSelection | null
  readonly select: (row: number, extend: boolean) => void
}

/** The lines that the address names: shown as soon as they are loaded, and put into the address when one clicks a number. */
export function useLineLink(model: LogModel): LineLink {
  const [selection, setSelection] = useState(() => selectionOf(location.hash))
  const waiting = useRef(selection)
  const rows = model.source.rowCount.value

  useEffect(() => {
    const onHash = (): void => {
      const named = selectionOf(location.hash)
      setSelection(named)
      if (named !== null) model.reveal(named.first)
    }
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [model])

  useEffect(() => {
    if (waiting.current === null || rows <= waiting.current.first) return
    const { first } = waiting.current
    waiting.current = null
    model.currentRow.value = first
    model.reveal(first)
  }, [model, rows])

  function select(row: number, extend: boolean): void {
    const anchor = extend && selection !== null ? selection.first : row
    const chosen = { first: Math.min(anchor, row), last: Math.max(anchor, row) }
    setSelection(chosen)
    history.replaceState(null, '', location.pathname + location.search + hashOf(chosen))
  }

  return { selection, select }
}
