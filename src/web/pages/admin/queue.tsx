import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { type QueuedJob, readQueue } from '../../api/instance.ts'
import { useResource } from '../../api/resource.ts'
import { jobPath } from '../../paths.ts'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { countWords } from '../../words.ts'

const refreshMs = 5000

/** What runs and what waits, over all projects. */
export function QueuePanel(): JSX.Element {
  const queue = useResource('queue', readQueue)
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void queue.reload()
    }, refreshMs)
    return () => clearInterval(timer)
  }, [])
  const total = queue.data
    ? `${countWords(queue.data.running_total, 'job')} running, ${queue.data.pending_total.toLocaleString('en')} waiting`
    : ''
  return (
    <Panel title="Queue" actions={<span class="soft small">{total}</span>}>
      <Loaded of={queue} rows={3}>
        {data =>
          data.pending.length + data.running.length === 0 ? (
            <Empty icon="check" title="Nothing runs and nothing waits" />
          ) : (
            <Table<QueuedJob>
              name="Queue"
              rows={[...data.pending, ...data.running]}
              keyOf={job => job.id}
              columns={[
                { title: 'State', isPlain: true, kind: 'narrow', cell: job => <StatusIcon status={job.status} /> },
                {
                  title: 'Job',
                  kind: 'main',
                  cell: job => (
                    <a class="strong clip" href={jobPath(job.project_path, job.id)}>
                      {job.name}
                    </a>
                  ),
                },
                { title: 'Project', cell: job => job.project_path },
                { title: 'Tags', cell: job => job.tags.join(', ') },
                { title: 'Since', kind: 'narrow', cell: job => <Ago at={job.started_at ?? job.queued_at} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  )
}
