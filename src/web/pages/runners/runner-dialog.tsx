import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { changeRunner, createRunner, type Runner, type RunnerInput } from '../../api/runners.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Command } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, TextField } from '../../ui/field.tsx'

type RunnerDialogProps = {
  readonly before: Runner | null
  readonly projectId: number | null
  readonly onClose: () => void
  readonly onDone: () => void
}

export function RunnerDialog({ before, projectId, onClose, onDone }: RunnerDialogProps): JSX.Element {
  const [description, setDescription] = useState(before?.description ?? '')
  const [tags, setTags] = useState((before?.tag_list ?? []).join(', '))
  const [runUntagged, setRunUntagged] = useState(before?.run_untagged ?? true)
  const [isProtected, setProtected] = useState(before?.access_level === 'ref_protected')
  const [busy, setBusy] = useState(false)
  const [token, setToken] = useState<string | null>(null)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const input: RunnerInput = {
      description,
      tag_list: tagsOf(tags),
      run_untagged: runUntagged,
      access_level: isProtected ? 'ref_protected' : 'not_protected',
    }
    const done = await attempt(async () => {
      if (before === null) setToken((await createRunner(projectId, input)).token)
      else await changeRunner(before.id, input)
      return before === null ? null : 'The runner was changed.'
    })
    setBusy(false)
    if (!done) return
    onDone()
    if (before !== null) onClose()
  }

  if (token !== null) return <StartIt token={token} onClose={onClose} />
  return (
    <Dialog title={before === null ? 'New runner' : 'Change runner'} onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField
          label="Name"
          value={description}
          onInput={setDescription}
          required
          focus
          hint="Of the machine, for example."
        />
        <TextField
          label="Tags"
          value={tags}
          onInput={setTags}
          mono
          hint="Separated by commas. A job with tags goes only to a runner that has them all."
        />
        <CheckField label="Takes jobs without tags, too" checked={runUntagged} onChange={setRunUntagged} />
        <CheckField
          label="Takes jobs of protected branches and tags only"
          checked={isProtected}
          onChange={setProtected}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={!runUntagged && tagsOf(tags).length === 0}>
            {before === null ? 'Make runner' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function StartIt({ token, onClose }: { readonly token: string; readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Start the runner" onClose={onClose} wide>
      <p>On a machine with Docker. The token is not shown again.</p>
      <Command text={`slipway runner register --url ${location.origin} --token ${token}\nslipway runner`} />
      <p class="soft">An unmodified gitlab-runner works, too:</p>
      <Command
        text={`gitlab-runner register --non-interactive --url ${location.origin} --token ${token} --executor docker --docker-image busybox`}
      />
      <div class="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  )
}

function tagsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map(tag => tag.trim())
    .filter(Boolean)
}
