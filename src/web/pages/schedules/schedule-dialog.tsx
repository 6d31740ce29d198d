import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { wordsOf } from '../../api/api-error.ts'
import type { PipelineVariable } from '../../api/pipelines.ts'
import { type Schedule, type ScheduleInput, saveSchedule } from '../../api/schedules.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { tell } from '../../ui/toast.tsx'
import { emptyVariable, VariableRows, writtenVariables } from '../pipelines/variable-rows.tsx'
import { cronWords } from './cron-words.ts'

type ScheduleDialogProps = {
  readonly path: string
  readonly before: Schedule | null
  readonly defaultRef: string
  readonly onClose: () => void
  readonly onDone: () => void
}

const usual = [
  { value: '0 3 * * *', label: 'Every night' },
  { value: '0 8 * * 1-5', label: 'Every working day' },
  { value: '0 4 * * 0', label: 'Every week' },
  { value: '0 4 1 * *', label: 'Every month' },
  { value: '0 * * * *', label: 'Every hour' },
] as const

export function ScheduleDialog({ path, before, defaultRef, onClose, onDone }: ScheduleDialogProps): JSX.Element {
  const [draft, setDraft] = useState<ScheduleInput>(() => draftOf(before, defaultRef))
  const [variables, setVariables] = useState<readonly PipelineVariable[]>([...(before?.variables ?? []), emptyVariable])
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const set = (change: Partial<ScheduleInput>): void => setDraft({ ...draft, ...change })

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      await saveSchedule(path, before, draft, writtenVariables(variables))
      tell('The schedule was saved.')
      onDone()
      onClose()
    } catch (error) {
      setFailure(wordsOf(error))
      setBusy(false)
    }
  }

  return (
    <Dialog title={before === null ? 'New schedule' : 'Change schedule'} onClose={onClose} wide>
      <form class="stack" onSubmit={event => void submit(event)}>
        {failure !== null && <Notice tone="red">{failure}</Notice>}
        <TextField
          label="Description"
          value={draft.description}
          onInput={description => set({ description })}
          required
          focus
        />
        <div class="form-row">
          <SelectField
            label="When"
            value={usual.some(each => each.value === draft.cron) ? draft.cron : ''}
            choices={[...usual, { value: '', label: 'As written beside' }]}
            onChange={cron => cron !== '' && set({ cron })}
          />
          <TextField
            label="Cron"
            value={draft.cron}
            onInput={cron => set({ cron })}
            mono
            required
            hint={cronWords(draft.cron)}
          />
        </div>
        <div class="form-row">
          <TextField
            label="Time zone"
            value={draft.cron_timezone}
            onInput={zone => set({ cron_timezone: zone })}
            list={zones()}
            required
          />
          <TextField label="Branch or tag" value={draft.ref} onInput={ref => set({ ref })} mono required />
        </div>
        <VariableRows variables={variables} onChange={setVariables} />
        <CheckField label="On" checked={draft.active} onChange={active => set({ active })} />
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

function draftOf(before: Schedule | null, defaultRef: string): ScheduleInput {
  return {
    description: before?.description ?? '',
    ref: (before?.ref ?? defaultRef).replace(/^refs\/(heads|tags)\//, ''),
    cron: before?.cron ?? usual[0].value,
    cron_timezone: before?.cron_timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    active: before?.active ?? true,
  }
}

function zones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')]
}
