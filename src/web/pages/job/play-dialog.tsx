import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type Job, playJob } from '../../api/jobs.ts'
import type { PipelineVariable } from '../../api/pipelines.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { emptyVariable, VariableRows, writtenVariables } from '../pipelines/variable-rows.tsx'

type PlayDialogProps = {
  readonly path: string
  readonly job: Job
  readonly confirmation: string | null
  readonly onClose: () => void
  readonly onDone: () => void
}

/** Starts a manual or delayed job, with variables for this one run. */
export function PlayDialog({ path, job, confirmation, onClose, onDone }: PlayDialogProps): JSX.Element {
  const [variables, setVariables] = useState<readonly PipelineVariable[]>([emptyVariable])
  const [busy, setBusy] = useState(false)

  async function start(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const done = await attempt(async () => {
      await playJob(path, job.id, writtenVariables(variables))
      return `Job ${job.name} was started.`
    })
    setBusy(false)
    if (!done) return
    onClose()
    onDone()
  }

  return (
    <Dialog title={`Start ${job.name}`} onClose={onClose} wide>
      <form class="stack" onSubmit={event => void start(event)}>
        {confirmation !== null && <p>{confirmation}</p>}
        <VariableRows variables={variables} onChange={setVariables} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" icon="play" busy={busy}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
