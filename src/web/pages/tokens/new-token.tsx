import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type AccessToken, createAccessToken, scopeWords } from '../../api/access-tokens.ts'
import { wordsOf } from '../../api/api-error.ts'
import { roleChoices } from '../../api/members.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ScopeChoice } from './scope-choice.tsx'

type NewTokenProps = {
  readonly base: string
  readonly hasRoles: boolean
  readonly onClose: () => void
  readonly onMade: (token: AccessToken) => void
}

const lifetimeDays = 90
const rolesOfTokens = roleChoices
  .filter(role => role.value !== '50')
  .map(role => ({ value: role.value, label: `${role.label}: ${role.hint}` }))

export function NewToken({ base, hasRoles, onClose, onMade }: NewTokenProps): JSX.Element {
  const [name, setName] = useState('')
  const [until, setUntil] = useState(dateIn(lifetimeDays))
  const [level, setLevel] = useState('30')
  const [scopes, setScopes] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      onMade(
        await createAccessToken(base, {
          name,
          scopes,
          expires_at: until,
          ...(hasRoles ? { access_level: Number(level) } : {}),
        }),
      )
      onClose()
    } catch (error) {
      setFailure(wordsOf(error))
      setBusy(false)
    }
  }

  return (
    <Dialog title="New access token" onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        {failure !== null && <Notice tone="red">{failure}</Notice>}
        <TextField label="Name" value={name} onInput={setName} required focus hint="What it is for." />
        <div class="form-row">
          <TextField label="Until" type="date" value={until} onInput={setUntil} required />
          {hasRoles && <SelectField label="Role" value={level} choices={rolesOfTokens} onChange={setLevel} />}
        </div>
        <ScopeChoice scopes={Object.keys(scopeWords)} chosen={scopes} onChange={setScopes} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={name === '' || scopes.length === 0}>
            Make token
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function dateIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
}
