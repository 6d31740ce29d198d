import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from './button.tsx'
import { ScrollArea } from './scroll-area.tsx'
import { tellFailure } from './toast.tsx'

type CopyButtonProps = { readonly text: string; readonly label: string; readonly children?: string }

export function CopyButton({ text, label, children }: CopyButtonProps): JSX.Element {
  const [done, setDone] = useState(false)
  async function copy(): Promise<void> {
    if (!(await copyText(text)))
      return tellFailure('The browser did not allow copying. Select the text and copy it by hand.')
    setDone(true)
    setTimeout(() => setDone(false), 1600)
  }
  return (
    <Button
      kind="quiet"
      small
      icon={done ? 'check' : 'copy'}
      label={done ? 'Copied' : label}
      onClick={() => void copy()}
    >
      {children}
    </Button>
  )
}

/** A command to run in a terminal. */
export function Command({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }): JSX.Element {
  return (
    <div class="command">
      <ScrollArea name={label}>
        <pre>
          <code>{text}</code>
        </pre>
      </ScrollArea>
      <CopyButton text={text} label={label} />
    </div>
  )
}

/** The clipboard's API exists only on https and localhost; elsewhere a hidden field does. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'visually-hidden'
  const place = document.querySelector('dialog[open]') ?? document.body
  place.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  return done
}
