import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { createTrigger, type Trigger } from '../../api/triggers.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'

type NewTriggerProps = {
  readonly path: string
  readonly onClose: () => void
  readonly onMade: (trigger: Trigger) => void
}

export function NewTrigger({ path, onClose, onMade }: NewTriggerProps): JSX.Element {
  const [description, setDescription] = useState('')
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const done = await attempt(async () => {
      onMade(await createTrigger(path, description))
      return null
    })
    setBusy(false)
    if (done) onClose()
  }

  return (
    <Dialog title="New trigger token" onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField
          label="Description"
          value={description}
          onInput={setDescription}
          required
          focus
          hint="Which system is to start pipelines with it."
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={description === ''}>
            Make token
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
