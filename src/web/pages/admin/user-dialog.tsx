import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { wordsOf } from '../../api/api-error.ts'
import { changeUser, createUser, type User } from '../../api/users.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { tell } from '../../ui/toast.tsx'

type UserDialogProps = { readonly before: User | null; readonly onClose: () => void; readonly onDone: () => void }

export function UserDialog({ before, onClose, onDone }: UserDialogProps): JSX.Element {
  const [username, setUsername] = useState(before?.username ?? '')
  const [name, setName] = useState(before?.name ?? '')
  const [email, setEmail] = useState(before?.email ?? '')
  const [password, setPassword] = useState('')
  const [admin, setAdmin] = useState(before?.is_admin ?? false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    const secret = password === '' ? {} : { password }
    try {
      if (before === null) await createUser({ username, name, email, admin, ...secret })
      else await changeUser(before.id, { name, email, ...(admin === before.is_admin ? {} : { admin }), ...secret })
      tell(`${name} was saved.`)
      onDone()
      onClose()
    } catch (error) {
      setFailure(wordsOf(error))
      setBusy(false)
    }
  }

  return (
    <Dialog title={before === null ? 'New user' : `Change ${before.name}`} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        {failure !== null && <Notice tone="red">{failure}</Notice>}
        <TextField
          label="User name"
          value={username}
          onInput={setUsername}
          mono
          required
          disabled={before !== null}
          focus={before === null}
        />
        <TextField label="Name" value={name} onInput={setName} required />
        <TextField label="Mail address" type="email" value={email} onInput={setEmail} required />
        <TextField
          label="Password"
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          required={before === null}
          hint={
            before === null
              ? 'At least 8 characters.'
              : 'Left empty, it stays. A new one signs the user out everywhere.'
          }
        />
        <CheckField
          label="Administrator"
          hint="Sees and may do everything on this instance."
          checked={admin}
          onChange={setAdmin}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
