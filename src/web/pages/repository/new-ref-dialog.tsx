import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'

type NewRef = { readonly name: string; readonly ref: string; readonly message: string }

type NewRefDialogProps = {
  readonly kind: 'branch' | 'tag'
  readonly defaultRef: string
  readonly onClose: () => void
  /** Answers what happened, in words. */
  readonly onCreate: (wanted: NewRef) => Promise<string>
}

export function NewRefDialog({ kind, defaultRef, onClose, onCreate }: NewRefDialogProps): JSX.Element {
  const [name, setName] = useState('')
  const [ref, setRef] = useState(defaultRef)
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    if (await attempt(() => onCreate({ name: name.trim(), ref: ref.trim(), message }))) onClose()
    setBusy(false)
  }

  return (
    <Dialog title={`New ${kind}`} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField label="Name" value={name} onInput={setName} required focus mono />
        <TextField label="From" value={ref} onInput={setRef} required mono hint="A branch, a tag or a commit." />
        {kind === 'tag' && (
          <TextField
            label="Message"
            value={message}
            onInput={setMessage}
            hint="With a message it is an annotated tag."
          />
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={name.trim() === ''}>
            Make {kind}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
