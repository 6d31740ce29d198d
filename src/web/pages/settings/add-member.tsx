import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { wordsOf } from '../../api/api-error.ts'
import { addMember, findUser, roleChoices, roleName } from '../../api/members.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { tell } from '../../ui/toast.tsx'

type AddMemberProps = { readonly base: string; readonly onClose: () => void; readonly onDone: () => void }

export function AddMember({ base, onClose, onDone }: AddMemberProps): JSX.Element {
  const [username, setUsername] = useState('')
  const [level, setLevel] = useState('30')
  const [until, setUntil] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | undefined>(undefined)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(undefined)
    try {
      const user = await findUser(username.trim().replace(/^@/, ''))
      if (user === null) setFailure(`Nobody has the user name ${username}.`)
      else {
        await addMember(base, user.id, { access_level: Number(level), expires_at: until === '' ? null : until })
        tell(`${user.name} is ${roleName(Number(level))} now.`)
        onDone()
        onClose()
      }
    } catch (error) {
      setFailure(wordsOf(error))
    }
    setBusy(false)
  }

  return (
    <Dialog title="Add member" onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField label="User name" value={username} onInput={setUsername} required focus error={failure} />
        <SelectField
          label="Role"
          value={level}
          choices={roleChoices.map(role => ({ value: role.value, label: `${role.label}: ${role.hint}` }))}
          onChange={setLevel}
        />
        <TextField label="Until" type="date" value={until} onInput={setUntil} hint="Left empty, it is without end." />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Add member
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
