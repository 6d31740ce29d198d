import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../ui/button.tsx'
import type { IconName } from '../ui/icon.tsx'
import { type ActionJob, actionFor, runJobAction } from './job-action.ts'

const looks: Readonly<Record<string, { readonly icon: IconName; readonly verb: string }>> = {
  retry: { icon: 'retry', verb: 'Retry' },
  cancel: { icon: 'cross', verb: 'Cancel' },
  play: { icon: 'play', verb: 'Start' },
}

type JobActionButtonProps = {
  readonly project: string
  readonly job: ActionJob
  readonly onDone: () => void
  /** With the verb written out. */
  readonly withText?: boolean
}

export function JobActionButton({ project, job, onDone, withText = false }: JobActionButtonProps): JSX.Element | null {
  const [busy, setBusy] = useState(false)
  const action = actionFor(job)
  const look = action === null ? undefined : looks[action]
  if (action === null || look === undefined) return null

  async function act(): Promise<void> {
    if (action === null) return
    setBusy(true)
    if (await runJobAction(project, job, action)) onDone()
    setBusy(false)
  }

  return (
    <Button
      small={!withText}
      kind={withText ? 'plain' : 'quiet'}
      icon={look.icon}
      busy={busy}
      label={withText ? undefined : `${look.verb} ${job.name}`}
      onClick={() => void act()}
    >
      {withText ? look.verb : undefined}
    </Button>
  )
}
