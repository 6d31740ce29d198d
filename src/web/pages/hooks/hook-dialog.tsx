import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { wordsOf } from '../../api/api-error.ts'
import { addHook, changeHook, type Hook, type HookInput, hookEvents } from '../../api/hooks.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { tell } from '../../ui/toast.tsx'
import { eventsOf, eventWords } from './event-words.ts'

type HookDialogProps = {
  readonly path: string
  /** Null: a new one. */
  readonly before: Hook | null
  readonly onClose: () => void
  readonly onDone: () => void
}

type Draft = Omit<Hook, 'id' | 'description' | 'has_token'> & { readonly token: string; readonly isSigned: boolean }

export function HookDialog({ path, before, onClose, onDone }: HookDialogProps): JSX.Element {
  const [draft, setDraft] = useState<Draft>(() => draftOf(before))
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change })
  const hasToken = before?.has_token === true

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      const input = inputOf(draft, hasToken)
      await (before === null ? addHook(path, input) : changeHook(path, before.id, input))
      tell(before === null ? 'The webhook was added. Send it a test.' : 'The webhook was changed.')
      onDone()
      onClose()
    } catch (error) {
      setFailure(wordsOf(error))
      setBusy(false)
    }
  }

  return (
    <Dialog title={before === null ? 'Add webhook' : 'Change webhook'} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        {failure !== null && <Notice tone="red">{failure}</Notice>}
        <TextField
          label="URL"
          type="url"
          value={draft.url}
          onInput={url => set({ url })}
          required
          focus
          placeholder="https://"
        />
        <TextField
          label="Name"
          value={draft.name}
          onInput={name => set({ name })}
          hint="If you wish: what it is for."
        />
        <TextField
          label="Secret token"
          type="password"
          autocomplete="new-password"
          value={draft.token}
          onInput={token => set({ token })}
          hint={
            hasToken ? 'Not shown. Left empty, it stays as it is.' : 'Each delivery is signed with it, if you give one.'
          }
        />
        {hasToken && <CheckField label="Signed" checked={draft.isSigned} onChange={isSigned => set({ isSigned })} />}
        <fieldset class="fieldset">
          <legend>It is told of</legend>
          {hookEvents.map(event => (
            <CheckField
              key={event}
              label={eventWords[event].label}
              checked={draft[event]}
              onChange={on => set({ [event]: on })}
            />
          ))}
        </fieldset>
        {draft.push_events && (
          <TextField
            label="Pushes to these branches only"
            value={draft.push_events_branch_filter}
            onInput={filter => set({ push_events_branch_filter: filter })}
            mono
            hint="A name, or a wildcard such as release/*. Left empty: all."
          />
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={hookEvents.every(event => !draft[event])}>
            {before === null ? 'Add webhook' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function draftOf(before: Hook | null): Draft {
  const chosen = before === null ? ['push_events'] : eventsOf(before)
  const events = Object.fromEntries(hookEvents.map(event => [event, chosen.includes(event)]))
  return {
    ...(events as Pick<Hook, (typeof hookEvents)[number]>),
    url: before?.url ?? '',
    name: before?.name ?? '',
    push_events_branch_filter: before?.push_events_branch_filter ?? '',
    token: '',
    isSigned: before?.has_token ?? false,
  }
}

function inputOf({ token, isSigned, ...rest }: Draft, hasToken: boolean): HookInput {
  if (token !== '') return { ...rest, token }
  return hasToken && !isSigned ? { ...rest, token: '' } : rest
}
