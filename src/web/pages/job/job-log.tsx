import type { JSX } from 'preact'
import { failureWords, type Job, readTraceTimes, traceUrl } from '../../api/jobs.ts'
import type { JobView } from '../../api/pipelines.ts'
import { JobActionButton } from '../../ci/job-action-button.tsx'
import { LogView } from '../../log/log-view.tsx'
import { pipelinePath } from '../../paths.ts'
import type { IconName } from '../../ui/icon.tsx'
import { Empty, Notice } from '../../ui/notice.tsx'
import { Moment } from '../../ui/time.tsx'
import './job-log.css'

type JobLogProps = {
  readonly path: string
  readonly job: Job
  readonly view: JobView | undefined
  readonly mayAct: boolean
  readonly onChanged: () => void
}

export function JobLog({ path, job, view, mayAct, onChanged }: JobLogProps): JSX.Element {
  const hasLog = job.started_at !== null && job.erased_at === null && view?.kind !== 'bridge'
  if (!hasLog) return <NoLog path={path} job={job} view={view} mayAct={mayAct} onChanged={onChanged} />
  const failure = job.status === 'failed' ? failureSentence(job, view) : null
  return (
    <div class="job-log-frame">
      {failure !== null && <Notice tone="red">{failure}</Notice>}
      <LogView
        key={job.id}
        jobId={job.id}
        url={traceUrl(path, job.id)}
        rawUrl={traceUrl(path, job.id)}
        readTimes={signal => readTraceTimes(path, job.id, signal)}
        isRunning={job.status === 'running' || job.status === 'canceling'}
        startedAt={job.started_at}
        onEnd={onChanged}
      />
    </div>
  )
}

/** The kind of failure, and what the runner said of this one. */
function failureSentence(job: Job, view: JobView | undefined): string {
  const kind = failureWords(job.failure_reason)
  const message = view?.message ?? null
  if (kind === null) return message ?? 'The job failed for a reason that is not known.'
  return message === null ? kind : `${kind.replace(/\.$/, '')}: ${message}${message.endsWith('.') ? '' : '.'}`
}

type State = { readonly icon: IconName; readonly title: string; readonly text: string }

function NoLog({ path, job, view, mayAct, onChanged }: JobLogProps): JSX.Element {
  const downstream = view?.downstream_pipeline
  const { icon, title, text } = stateOf(job, view)
  return (
    <div class="panel job-no-log">
      <Empty icon={icon} title={title}>
        <p class="empty-text">{text}</p>
        {view?.scheduled_at && job.status === 'scheduled' && (
          <p>
            It starts at <Moment at={view.scheduled_at} />.
          </p>
        )}
        {downstream && (
          <a href={pipelinePath(downstream.project_path, downstream.id)}>
            Pipeline #{downstream.id} of {downstream.project_path}
          </a>
        )}
        {mayAct && view && view.kind === 'build' && (job.status === 'manual' || job.status === 'scheduled') && (
          <JobActionButton project={path} job={view} onDone={onChanged} withText />
        )}
      </Empty>
    </div>
  )
}

function stateOf(job: Job, view: JobView | undefined): State {
  if (job.erased_at !== null)
    return { icon: 'trash', title: 'The log was erased', text: 'Its artifacts went with it. The job can be run again.' }
  if (view?.kind === 'bridge')
    return { icon: 'pipeline', title: 'This job starts another pipeline', text: 'It has no log of its own.' }
  switch (job.status) {
    case 'created':
      return {
        icon: 'clock',
        title: 'Not its turn yet',
        text: 'It starts when the jobs that it waits for have passed.',
      }
    case 'pending':
      return { icon: 'runner', title: 'Waiting for a runner', text: pendingText(job.tag_list) }
    case 'waiting_for_resource':
      return {
        icon: 'lock',
        title: 'Waiting for its resource group',
        text: 'Another job of the same resource group runs. This one goes on when that one is done.',
      }
    case 'manual':
      return {
        icon: 'play',
        title: 'Waiting for somebody to start it',
        text: view?.manual_confirmation ?? 'This job runs only when it is started by hand.',
      }
    case 'scheduled':
      return { icon: 'clock', title: 'Delayed', text: 'It starts by itself; it can be started now, too.' }
    case 'skipped':
      return { icon: 'minus', title: 'Skipped', text: 'A job that it waits for did not pass.' }
    case 'canceled':
      return { icon: 'cross', title: 'Canceled before it began', text: 'It can be run again.' }
    case 'failed':
      return {
        icon: 'warning',
        title: 'Failed before it began',
        text: view?.message ?? failureWords(job.failure_reason) ?? 'The reason is not known.',
      }
    default:
      return { icon: 'clock', title: 'No log yet', text: 'The first line appears here as soon as the job begins.' }
  }
}

function pendingText(tags: readonly string[]): string {
  if (tags.length === 0) return 'It starts as soon as a runner has a free slot.'
  return `It starts as soon as a runner with the ${tags.length === 1 ? 'tag' : 'tags'} ${tags.join(', ')} has a free slot.`
}
