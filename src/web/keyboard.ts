// Keys of the page that is shown. They rest while one types, or while a dialog is open.
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

export type Shortcut = {
  /** As the browser names the key: `f`, `?`, `Enter`. */
  readonly key: string
  readonly label: string
  readonly act: () => void
}

export const shortcuts = signal<readonly Shortcut[]>([])

/**
 * The keys belong to the component for as long as it is shown. A later one wins over an earlier one, and any over those
 * of `everywhere`: a frame may be shown after what is in it.
 */
export function useShortcuts(own: readonly Shortcut[], where: 'page' | 'everywhere' = 'page'): void {
  const latest = useRef(own)
  latest.current = own
  const names = own.map(each => `${each.key} ${each.label}`).join('\n')
  useEffect(() => {
    const wrapped = own.map(({ key, label }) => ({
      key,
      label,
      act: () => latest.current.find(each => each.key === key)?.act(),
    }))
    const others = shortcuts.peek()
    shortcuts.value = where === 'page' ? [...others, ...wrapped] : [...wrapped, ...others]
    return () => {
      shortcuts.value = shortcuts.peek().filter(each => !wrapped.includes(each))
    }
  }, [names])
}

export function listenForShortcuts(): void {
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (document.querySelector('dialog[open]') !== null) return
    const found = shortcuts.peek().findLast(each => each.key === event.key)
    if (found === undefined) return
    event.preventDefault()
    found.act()
  })
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    isTextInput(target)
  )
}

function isTextInput(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
}
