import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { createRule, type RuleKind } from '../../api/registry-rules.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { levels, ruleWords } from './rule-words.ts'

type NewRuleProps = {
  readonly path: string
  readonly kind: RuleKind
  readonly onClose: () => void
  readonly onDone: () => void
}

export function NewRule({ path, kind, onClose, onDone }: NewRuleProps): JSX.Element {
  const words = ruleWords[kind]
  const [pattern, setPattern] = useState('')
  const [isFixed, setFixed] = useState(false)
  const [push, setPush] = useState('maintainer')
  const [remove, setRemove] = useState('maintainer')
  const [busy, setBusy] = useState(false)
  const levelOf = (choice: string): string | null => (isFixed || choice === '' ? null : choice)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const done = await attempt(async () => {
      await createRule(path, kind, { pattern, push: levelOf(push), delete: levelOf(remove) })
      return `The ${words.things} that match ${pattern} are protected.`
    })
    setBusy(false)
    if (!done) return
    onDone()
    onClose()
  }

  return (
    <Dialog title={words.action} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField
          label={words.pattern}
          value={pattern}
          onInput={setPattern}
          mono
          required
          focus
          hint={
            kind === 'repository' ? (
              <>
                {words.hint}, for example {path}/*
              </>
            ) : (
              words.hint
            )
          }
        />
        {kind === 'tag' && (
          <CheckField
            label="They never change"
            hint="Each can be made once. Nobody moves or deletes it then."
            checked={isFixed}
            onChange={setFixed}
          />
        )}
        {!isFixed && (
          <>
            <SelectField label="May push" value={push} choices={levels} onChange={setPush} />
            <SelectField label="May delete" value={remove} choices={levels} onChange={setRemove} />
          </>
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Protect
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
