import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { pushLevels } from '../../api/protected-refs.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'

type Protection = { readonly name: string; readonly level: number; readonly allowForcePush: boolean }

type ProtectDialogProps = {
  readonly kind: 'branch' | 'tag'
  readonly onClose: () => void
  /** Answers what happened, in words. */
  readonly onProtect: (wanted: Protection) => Promise<string>
}

export function ProtectDialog({ kind, onClose, onProtect }: ProtectDialogProps): JSX.Element {
  const [name, setName] = useState('')
  const [level, setLevel] = useState('40')
  const [allowForcePush, setAllowForcePush] = useState(false)
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    if (await attempt(() => onProtect({ name: name.trim(), level: Number(level), allowForcePush }))) onClose()
    setBusy(false)
  }

  return (
    <Dialog title={`Protect ${kind}`} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField
          label="Name or pattern"
          value={name}
          onInput={setName}
          mono
          required
          focus
          hint={kind === 'branch' ? 'release/* is every branch below release.' : 'v* is every tag that begins with v.'}
        />
        <SelectField
          label={kind === 'branch' ? 'May push' : 'May make it'}
          value={level}
          choices={pushLevels}
          onChange={setLevel}
        />
        {kind === 'branch' && (
          <CheckField
            label="Allow force push"
            hint="History of the branch may be rewritten."
            checked={allowForcePush}
            onChange={setAllowForcePush}
          />
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={name.trim() === ''}>
            Protect
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
