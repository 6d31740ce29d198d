import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import {
  type CleanupPolicy,
  type CleanupPreview,
  previewPolicy,
  readPolicy,
  runPolicy,
  savePolicy,
} from '../../api/registry-cleanup.ts'
import { useResource } from '../../api/resource.ts'
import { attempt, useAction } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Panel } from '../../ui/page.tsx'
import { Moment } from '../../ui/time.tsx'
import { countWords } from '../../words.ts'
import { PreviewOf } from './preview.tsx'

const cadences = [
  { value: '1d', label: 'Every day' },
  { value: '7d', label: 'Every week' },
  { value: '14d', label: 'Every two weeks' },
  { value: '1month', label: 'Every month' },
  { value: '3month', label: 'Every three months' },
] as const
const counts = [
  { value: '', label: 'None for that reason' },
  ...[1, 5, 10, 25, 50, 100].map(count => ({ value: String(count), label: countWords(count, 'tag') })),
]
const ages = [
  { value: '', label: 'Whatever their age' },
  { value: '7d', label: 'Older than 7 days' },
  { value: '14d', label: 'Older than 14 days' },
  { value: '30d', label: 'Older than 30 days' },
  { value: '60d', label: 'Older than 60 days' },
  { value: '90d', label: 'Older than 90 days' },
] as const

export function CleanupForm({ path }: { readonly path: string }): JSX.Element {
  const policy = useResource(`registry-policy:${path}`, signal => readPolicy(path, signal))
  return (
    <Panel title="Cleanup policy" padded>
      <p class="soft">
        Deletes old tags by itself. Protected tags, and images that still run in an environment or a job, are kept.
      </p>
      <Loaded of={policy}>{data => <Form path={path} before={data} onSaved={policy.replace} />}</Loaded>
    </Panel>
  )
}

type FormProps = {
  readonly path: string
  readonly before: CleanupPolicy
  readonly onSaved: (policy: CleanupPolicy) => void
}

function Form({ path, before, onSaved }: FormProps): JSX.Element {
  const [draft, setDraft] = useState(before)
  const [preview, setPreview] = useState<CleanupPreview | null>(null)
  const set = (change: Partial<CleanupPolicy>): void => {
    setDraft({ ...draft, ...change })
    setPreview(null)
  }
  const save = useAction(async () => {
    onSaved(await savePolicy(path, draft))
    return draft.enabled ? 'The policy was saved and is on.' : 'The policy was saved and is off.'
  })
  const look = useAction(async () => {
    setPreview(await previewPolicy(path, draft))
    return null
  })
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault()
        void save.run()
      }}
    >
      <div class="form">
        <CheckField label="On" checked={draft.enabled} onChange={enabled => set({ enabled })} />
        <div class="form-row">
          <SelectField label="Runs" value={draft.cadence} choices={cadences} onChange={cadence => set({ cadence })} />
          <SelectField
            label="Deletes tags"
            value={draft.older_than ?? ''}
            choices={ages}
            onChange={age => set({ older_than: age === '' ? null : age })}
          />
        </div>
        <div class="form-row">
          <TextField
            label="That match"
            value={draft.name_regex ?? ''}
            onInput={pattern => set({ name_regex: pattern })}
            mono
            hint="A regular expression for the whole name; .* is every tag."
          />
          <TextField
            label="But keeps those that match"
            value={draft.name_regex_keep ?? ''}
            onInput={pattern => set({ name_regex_keep: pattern === '' ? null : pattern })}
            mono
            hint="For example: v.+ or main"
          />
        </div>
        <SelectField
          label="And keeps the newest of each image"
          value={draft.keep_n === null ? '' : String(draft.keep_n)}
          choices={counts}
          onChange={count => set({ keep_n: count === '' ? null : Number(count) })}
        />
        {before.enabled && before.next_run_at && (
          <p class="field-hint">
            Runs next at <Moment at={before.next_run_at} />.
          </p>
        )}
        <div class="form-actions">
          <Button type="submit" kind="primary" busy={save.busy}>
            Save
          </Button>
          <Button icon="search" busy={look.busy} onClick={() => void look.run()}>
            Show what would go
          </Button>
          <RunNow path={path} />
        </div>
      </div>
      {preview !== null && <Preview of={preview} />}
    </form>
  )
}

function RunNow({ path }: { readonly path: string }): JSX.Element {
  async function run(): Promise<void> {
    const body = (
      <p>
        Tags that the saved policy names are deleted now. This cannot be undone. Show what would go first, if you are
        not sure.
      </p>
    )
    if (!(await confirm({ title: 'Run the cleanup now?', body, action: 'Run cleanup' }))) return
    await attempt(async () => {
      const done = await runPolicy(path)
      if (done.deleted_tags === 0) return 'Nothing was to be deleted.'
      return `${countWords(done.deleted_tags, 'tag')} went. Their space comes back when nothing else holds it.`
    })
  }
  return <Button onClick={() => void run()}>Run now</Button>
}

function Preview({ of }: { readonly of: CleanupPreview }): JSX.Element {
  if (of.length === 0) return <p>There is no image yet.</p>
  return (
    <div class="stack" role="status">
      {of.map(each => (
        <section key={each.path} class="stack-tight">
          <h3>{each.path}</h3>
          <PreviewOf preview={each} />
        </section>
      ))}
    </div>
  )
}
