import type { JSX } from 'preact'
import { useResource } from '../../api/resource.ts'
import { type Runner, runningJobsOf } from '../../api/runners.ts'
import { jobPath } from '../../paths.ts'
import { StatusIcon } from '../../ui/status.tsx'
import { countWords } from '../../words.ts'

/** What the runner is at, as far as the reader may see it. */
export function RunningJobs({ runner }: { readonly runner: Runner }): JSX.Element {
  const jobs = useResource(`runner-jobs:${runner.id}:${runner.contacted_at}`, signal =>
    runningJobsOf(runner.id, signal),
  )
  const rows = jobs.data ?? []
  if (rows.length === 0) return <span class="faint">{jobs.isLoading ? '' : 'nothing'}</span>
  return (
    <div class="stack-tight">
      {rows.slice(0, 3).map(job => (
        <span key={job.id} class="row">
          <StatusIcon status={job.status} size={14} />
          {job.project ? <a href={jobPath(job.project.path_with_namespace, job.id)}>{job.name}</a> : job.name}
        </span>
      ))}
      {rows.length > 3 && <span class="faint small">and {countWords(rows.length - 3, 'other job')}</span>}
    </div>
  )
}
