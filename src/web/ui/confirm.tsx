// Asks before something is lost, and says what.
import { signal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { TextField } from './field.tsx'

type Question = {
  readonly title: string
  /** What will happen, and what cannot be had back. */
  readonly body: ComponentChildren
  /** The verb on the button: `Delete`, `Cancel pipeline`. */
  readonly action: string
  readonly danger?: boolean
  /** The reader must type this word. */
  readonly typed?: string
}

const current = signal<{ readonly question: Question; readonly answer: (yes: boolean) => void } | null>(null)

export function confirm(question: Question): Promise<boolean> {
  current.value?.answer(false)
  return new Promise(resolve => {
    current.value = {
      question,
      answer: yes => {
        current.value = null
        resolve(yes)
      },
    }
  })
}

export function ConfirmDialog(): JSX.Element | null {
  const open = current.value
  return open === null ? null : <Ask key={open.question.title} {...open} />
}

function Ask({
  question,
  answer,
}: {
  readonly question: Question
  readonly answer: (yes: boolean) => void
}): JSX.Element {
  const [typed, setTyped] = useState('')
  const mayGo = question.typed === undefined || typed === question.typed
  return (
    <Dialog title={question.title} onClose={() => answer(false)}>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault()
          if (mayGo) answer(true)
        }}
      >
        <div class="stack-tight">{question.body}</div>
        {question.typed !== undefined && (
          <TextField label={`Type ${question.typed} to confirm`} value={typed} onInput={setTyped} />
        )}
        <div class="dialog-actions">
          <Button onClick={() => answer(false)}>Keep</Button>
          <Button type="submit" kind={question.danger === false ? 'primary' : 'danger'} disabled={!mayGo}>
            {question.action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
