import type { JSX } from 'preact'
import { JobActionButton } from '../../ci/job-action-button.tsx'
import { jobPath, pipelinePath } from '../../paths.ts'
import { lookOf, StatusMark } from '../../ui/status.tsx'
import { Duration } from '../../ui/time.tsx'
import type { GraphNode } from './graph-layout.ts'
import { memo } from './memo.ts'

/** What of a large pipeline's job is drawn: icons, and then buttons, follow in the next frames. */
export type NodeDetail = 'name' | 'status' | 'all'

type JobNodeProps = {
  readonly project: string
  readonly node: GraphNode
  readonly detail: NodeDetail
  readonly isDimmed: boolean
  readonly mayAct: boolean
  readonly onPoint: (name: string) => void
  readonly onChanged: () => void
}

/** A job in the graph: its state, the way to its log, and the one action that fits. */
export const JobNode = memo(function JobNode({
  project,
  node,
  detail,
  isDimmed,
  mayAct,
  onPoint,
  onChanged,
}: JobNodeProps): JSX.Element {
  const { job } = node
  const downstream = job.downstream_pipeline
  const href =
    job.kind === 'bridge' && downstream !== null
      ? pipelinePath(downstream.project_path, downstream.id)
      : jobPath(project, job.id)
  const status = { status: job.status, allowFailure: job.allow_failure }
  const { tone, word } = lookOf(status)
  return (
    <div
      class={`node tone-${tone}${isDimmed ? ' node-dim' : ''}`}
      style={{ left: `${node.x}px`, top: `${node.y}px` }}
      onPointerEnter={() => onPoint(job.name)}
      onFocusCapture={() => onPoint(job.name)}
    >
      {detail === 'name' ? (
        <a class="node-link node-name clip" href={href}>
          {job.name}
        </a>
      ) : (
        <a class="node-link" href={href} title={`${job.name}: ${word}`}>
          <StatusMark {...status} />
          <span class="clip">{job.name}</span>
          {job.started_at !== null && (
            <span class="node-time">
              <Duration startedAt={job.started_at} finishedAt={job.finished_at} />
            </span>
          )}
        </a>
      )}
      {detail === 'all' && mayAct && job.kind === 'build' && (
        <JobActionButton project={project} job={job} onDone={onChanged} />
      )}
    </div>
  )
}, isSame)

/** Positions are whole numbers from the layout; a job's object changes only when the job does. */
function isSame(before: JobNodeProps, after: JobNodeProps): boolean {
  return (
    before.node.job === after.node.job &&
    before.node.x === after.node.x &&
    before.node.y === after.node.y &&
    before.detail === after.detail &&
    before.isDimmed === after.isDimmed &&
    before.mayAct === after.mayAct
  )
}
