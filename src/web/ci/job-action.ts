import { actOnJob, type JobAction } from '../api/jobs.ts'
import { attempt } from '../ui/action.ts'
import { confirm } from '../ui/confirm.tsx'

export type ActionJob = {
  readonly id: number
  readonly name: string
  readonly status: string
  readonly kind?: 'build' | 'bridge'
  readonly manual_confirmation?: string | null
}

/** What one would most likely want to do with a job in this state. */
export function actionFor(job: ActionJob): 'retry' | 'cancel' | 'play' | null {
  switch (job.status) {
    case 'manual':
    case 'scheduled':
      return 'play'
    case 'created':
    case 'waiting_for_resource':
    case 'preparing':
    case 'pending':
    case 'running':
      return 'cancel'
    case 'success':
    case 'failed':
    case 'canceled':
      return 'retry'
    default:
      return null
  }
}

const words: Readonly<Record<string, string>> = {
  retry: 'starts anew',
  cancel: 'is being canceled',
  play: 'was started',
  erase: 'lost its log and its artifacts',
}

/** Asks first where the file says so. True: it was done. */
export async function runJobAction(project: string, job: ActionJob, action: JobAction): Promise<boolean> {
  if (
    action === 'play' &&
    job.manual_confirmation &&
    !(await confirm({ title: `Start ${job.name}?`, body: job.manual_confirmation, action: 'Start', danger: false }))
  )
    return false
  return attempt(async () => {
    await actOnJob(project, job.id, action)
    return `Job ${job.name} ${words[action]}.`
  })
}
