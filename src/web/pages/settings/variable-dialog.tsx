import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { wordsOf } from '../../api/api-error.ts'
import { changeVariable, createVariable, type Variable, type VariableInput } from '../../api/variables.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { AreaField, CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { tell } from '../../ui/toast.tsx'
import { maskMistake } from './mask-mistake.ts'

type VariableDialogProps = {
  readonly base: string
  readonly before: Variable | null
  readonly hasScopes: boolean
  readonly onClose: () => void
  readonly onDone: () => void
}

type Draft = Required<VariableInput>

export function VariableDialog({ base, before, hasScopes, onClose, onDone }: VariableDialogProps): JSX.Element {
  const [draft, setDraft] = useState<Draft>(() => draftOf(before))
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const isSecretKept = before !== null && isSecret(before) && draft.value === ''
  const maskError = draft.masked && !isSecretKept ? maskMistake(draft.value) : undefined
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change })

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      const input = inputOf(draft, isSecretKept, hasScopes)
      await (before === null ? createVariable(base, input) : changeVariable(base, before, input))
      tell(`${draft.key} was saved. Jobs that start from now on get it.`)
      onDone()
      onClose()
    } catch (error) {
      setFailure(wordsOf(error))
      setBusy(false)
    }
  }

  return (
    <Dialog title={before === null ? 'Add variable' : `Change ${before.key}`} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        {failure !== null && <Notice tone="red">{failure}</Notice>}
        <TextField
          label="Key"
          value={draft.key}
          onInput={key => set({ key })}
          mono
          required
          disabled={before !== null}
          focus={before === null}
        />
        <AreaField
          label="Value"
          value={draft.value}
          onInput={value => set({ value })}
          mono
          rows={3}
          hint={before !== null && isSecret(before) ? 'Not shown. Left empty, it stays as it is.' : undefined}
          error={maskError}
        />
        <div class="form-row">
          <SelectField
            label="Type"
            value={draft.variable_type}
            choices={[
              { value: 'env_var', label: 'Variable' },
              { value: 'file', label: 'File' },
            ]}
            onChange={type => set({ variable_type: type as Draft['variable_type'] })}
            hint={draft.variable_type === 'file' ? 'The job gets the path of a file with this value.' : undefined}
          />
          {hasScopes && (
            <TextField
              label="Environments"
              value={draft.environment_scope}
              onInput={scope => set({ environment_scope: scope })}
              mono
              hint="* is all; review/* is all below review."
            />
          )}
        </div>
        <CheckField
          label="Masked"
          hint="Logs show [MASKED] in its place."
          checked={draft.masked}
          onChange={masked => set({ masked })}
        />
        <CheckField
          label="Protected"
          hint="Only jobs of protected branches and tags get it."
          checked={draft.protected}
          onChange={value => set({ protected: value })}
        />
        <CheckField
          label="Raw"
          hint="$ in the value is no reference to another variable."
          checked={draft.raw}
          onChange={raw => set({ raw })}
        />
        <TextField label="Description" value={draft.description} onInput={description => set({ description })} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={draft.key === '' || maskError !== undefined}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function isSecret(variable: Variable): boolean {
  return variable.masked || variable.hidden === true || variable.variable_type === 'file' || variable.value === null
}

function draftOf(before: Variable | null): Draft {
  return {
    key: before?.key ?? '',
    value: before === null || isSecret(before) ? '' : (before.value ?? ''),
    variable_type: before?.variable_type ?? 'env_var',
    protected: before?.protected ?? false,
    masked: before?.masked ?? false,
    raw: before?.raw ?? false,
    environment_scope: before?.environment_scope ?? '*',
    description: before?.description ?? '',
  }
}

function inputOf(draft: Draft, isSecretKept: boolean, hasScopes: boolean): VariableInput {
  const { value, environment_scope: scope, ...rest } = draft
  return { ...rest, ...(isSecretKept ? {} : { value }), ...(hasScopes ? { environment_scope: scope } : {}) }
}
