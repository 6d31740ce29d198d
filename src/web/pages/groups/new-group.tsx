import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { createGroup, type Group } from '../../api/groups.ts'
import type { Visibility } from '../../api/projects.ts'
import { groupPath } from '../../paths.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { slugOf } from '../projects/slug.ts'
import { visibilityChoices } from '../settings/general.tsx'

export function NewGroup({
  parent,
  onClose,
}: {
  readonly parent: Group | null
  readonly onClose: () => void
}): JSX.Element {
  const { route } = useLocation()
  const [name, setName] = useState('')
  const [visibility, setVisibility] = useState('private')
  const [description, setDescription] = useState('')
  const [busy, setBusy] = useState(false)
  const path = slugOf(name)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    await attempt(async () => {
      const group = await createGroup({
        name,
        path,
        visibility: visibility as Visibility,
        description,
        ...(parent === null ? {} : { parent_id: parent.id }),
      })
      onClose()
      route(groupPath(group.full_path))
      return `Group ${group.full_path} was made.`
    })
    setBusy(false)
  }

  return (
    <Dialog title={parent === null ? 'New group' : `New group in ${parent.full_path}`} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField
          label="Name"
          value={name}
          onInput={setName}
          required
          focus
          hint={path === '' ? undefined : `Its path is ${parent === null ? '' : `${parent.full_path}/`}${path}`}
        />
        <SelectField label="Visibility" value={visibility} choices={visibilityChoices} onChange={setVisibility} />
        <TextField label="Description" value={description} onInput={setDescription} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={path === ''}>
            Make group
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
