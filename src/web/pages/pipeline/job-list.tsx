import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { failureWords } from '../../api/jobs.ts'
import type { JobView, PipelineView } from '../../api/pipelines.ts'
import { JobActionButton } from '../../ci/job-action-button.tsx'
import { jobPath } from '../../paths.ts'
import { CheckField } from '../../ui/field.tsx'
import { Panel } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Ago, Duration } from '../../ui/time.tsx'

type JobListProps = {
  readonly path: string
  readonly pipeline: PipelineView
  readonly mayAct: boolean
  readonly onChanged: () => void
}

export function JobList({ path, pipeline, mayAct, onChanged }: JobListProps): JSX.Element {
  const [withRetried, setWithRetried] = useState(false)
  const [text, setText] = useState('')
  const rows = pipeline.jobs.filter(
    job => (withRetried || !job.is_retried) && job.name.toLowerCase().includes(text.toLowerCase()),
  )
  const columns: Column<JobView>[] = [
    {
      title: 'Status',
      isPlain: true,
      kind: 'narrow',
      cell: job => <Status status={job.status} allowFailure={job.allow_failure} />,
    },
    { title: 'Job', kind: 'main', cell: job => <Name path={path} job={job} /> },
    { title: 'Stage', isPlain: true, cell: job => job.stage },
    {
      title: 'Waited',
      kind: 'narrow',
      isPlain: true,
      cell: job =>
        job.queued_at && (
          <>
            <span class="phone-only">waited </span>
            <Duration startedAt={job.queued_at} finishedAt={job.started_at ?? job.finished_at} />
          </>
        ),
    },
    {
      title: 'Ran',
      kind: 'narrow',
      isPlain: true,
      cell: job =>
        job.started_at && (
          <>
            <span class="phone-only">ran </span>
            <Duration startedAt={job.started_at} finishedAt={job.finished_at} />
          </>
        ),
    },
    {
      title: 'Finished',
      kind: 'narrow',
      isPlain: true,
      cell: job => job.finished_at && <Ago at={job.finished_at} />,
    },
  ]
  if (mayAct)
    columns.push({
      title: '',
      kind: 'actions',
      cell: job => !job.is_retried && <JobActionButton project={path} job={job} onDone={onChanged} />,
    })
  return (
    <Panel>
      <div class="panel-head">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name of a job"
            aria-label="Name of a job"
            value={text}
            onInput={event => setText(event.currentTarget.value)}
          />
        </div>
        {pipeline.jobs.some(job => job.is_retried) && (
          <CheckField label="Earlier attempts, too" checked={withRetried} onChange={setWithRetried} />
        )}
      </div>
      <Table name="Jobs" columns={columns} rows={rows} keyOf={job => job.id} />
    </Panel>
  )
}

function Name({ path, job }: { readonly path: string; readonly job: JobView }): JSX.Element {
  const reason = job.status === 'failed' ? (job.message ?? failureWords(job.failure_reason)) : null
  return (
    <div class="two-lines">
      <a class="clip strong" href={jobPath(path, job.id)}>
        {job.name}
      </a>
      {(reason || job.is_retried || job.tags.length > 0) && (
        <span class="facts">
          {job.is_retried && <span class="tag">earlier attempt</span>}
          {job.tags.map(tag => (
            <span key={tag} class="tag">
              {tag}
            </span>
          ))}
          {reason && <span>{reason}</span>}
        </span>
      )}
    </div>
  )
}
