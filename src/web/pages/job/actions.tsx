import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { actOnJob, type Job } from '../../api/jobs.ts'
import type { JobView } from '../../api/pipelines.ts'
import { type ActionJob, actionFor, runJobAction } from '../../ci/job-action.ts'
import { isFinished } from '../../ci/status-of.ts'
import { jobPath } from '../../paths.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu } from '../../ui/menu.tsx'
import { PlayDialog } from './play-dialog.tsx'

type JobActionsProps = {
  readonly path: string
  readonly job: Job
  readonly view: JobView | undefined
  readonly onChanged: () => void
}

export function JobActions({ path, job, view, onChanged }: JobActionsProps): JSX.Element {
  const { route } = useLocation()
  const [isPlaying, setPlaying] = useState(false)
  const [busy, setBusy] = useState(false)
  const known: ActionJob = view ?? job
  const action = view?.kind === 'bridge' || view?.is_retried ? null : actionFor(job)

  async function retry(): Promise<void> {
    setBusy(true)
    await attempt(async () => {
      const fresh = await actOnJob(path, job.id, 'retry')
      route(jobPath(path, fresh.id))
      return `Job ${job.name} starts anew.`
    })
    setBusy(false)
  }

  async function cancel(): Promise<void> {
    setBusy(true)
    await runJobAction(path, known, 'cancel')
    setBusy(false)
    onChanged()
  }

  async function erase(): Promise<void> {
    const question = {
      title: `Erase the log of ${job.name}?`,
      body: <p>Its log and all its artifacts are deleted. This cannot be undone.</p>,
      action: 'Erase',
    }
    if (!(await confirm(question))) return
    await runJobAction(path, known, 'erase')
    onChanged()
  }

  return (
    <>
      {action === 'retry' && (
        <Button icon="retry" busy={busy} onClick={() => void retry()}>
          Retry
        </Button>
      )}
      {action === 'cancel' && (
        <Button icon="cross" busy={busy} onClick={() => void cancel()}>
          Cancel
        </Button>
      )}
      {action === 'play' && (
        <Button kind="primary" icon="play" onClick={() => setPlaying(true)}>
          Start
        </Button>
      )}
      {isFinished(job.status) && job.erased_at === null && job.started_at !== null && (
        <Menu label="More about this job">
          <button type="button" onClick={() => void erase()}>
            <Icon name="trash" /> Erase log and artifacts
          </button>
        </Menu>
      )}
      {isPlaying && (
        <PlayDialog
          path={path}
          job={job}
          confirmation={view?.manual_confirmation ?? null}
          onClose={() => setPlaying(false)}
          onDone={onChanged}
        />
      )}
    </>
  )
}
