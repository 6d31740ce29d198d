import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Button } from './button.tsx'
import type { IconName } from './icon.tsx'

type MenuProps = {
  readonly label: string
  readonly icon?: IconName
  readonly small?: boolean
  readonly text?: string
  readonly children: ComponentChildren
}

const entriesSelector = '.menu-list a, .menu-list button'

/** A list of links and buttons that opens below a button; Escape, a choice or a click elsewhere closes it. */
export function Menu({ label, icon = 'more', small = false, text, children }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const ended = new AbortController()
    const { signal } = ended
    const element = root.current
    element?.querySelector<HTMLElement>(entriesSelector)?.focus()
    const onPointer = (event: Event): void => {
      if (!(event.target instanceof Node && element?.contains(event.target))) setOpen(false)
    }
    const onClick = (event: Event): void => {
      if (event.target instanceof Element && event.target.closest('.menu-list') !== null) setOpen(false)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        event.stopPropagation()
        setOpen(false)
        element?.querySelector('button')?.focus()
      }
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') moveFocus(element, event)
    }
    document.addEventListener('pointerdown', onPointer, { signal })
    element?.addEventListener('click', onClick, { signal })
    element?.addEventListener('keydown', onKey, { signal })
    return () => ended.abort()
  }, [open])

  return (
    <div class="menu" ref={root}>
      <Button icon={icon} small={small} kind="quiet" label={label} expanded={open} onClick={() => setOpen(!open)}>
        {text}
      </Button>
      {open && <div class="menu-list">{children}</div>}
    </div>
  )
}

function moveFocus(root: HTMLElement | null, event: KeyboardEvent): void {
  const entries = [...(root?.querySelectorAll<HTMLElement>(entriesSelector) ?? [])]
  const at = entries.indexOf(document.activeElement as HTMLElement)
  const next = entries[(at + (event.key === 'ArrowDown' ? 1 : -1) + entries.length) % entries.length]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
