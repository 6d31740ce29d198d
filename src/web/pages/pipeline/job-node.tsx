import type { JSX } from 'preact'
import { JobActionButton } from '../../ci/job-action-button.tsx'
import { jobPath, pipelinePath } from '../../paths.ts'
import { StatusIcon, toneClass } from '../../ui/status.tsx'
import { Duration } from '../../ui/time.tsx'
import type { GraphNode } from './graph-layout.ts'
import { memo } from './memo.ts'

type JobNodeProps = {
  readonly project: string
  readonly node: GraphNode
  /** Only the name and the colour: icons and buttons of a large pipeline follow in the next frames. */
  readonly isPlain: boolean
  readonly isDimmed: boolean
  readonly mayAct: boolean
  readonly onPoint: (name: string) => void
  readonly onChanged: () => void
}

/** A job in the graph: its state, the way to its log, and the one action that fits. */
export const JobNode = memo(function JobNode({
  project,
  node,
  isPlain,
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
  return (
    <div
      class={`node ${toneClass({ status: job.status, allowFailure: job.allow_failure })}${isDimmed ? ' node-dim' : ''}`}
      style={{ left: `${node.x}px`, top: `${node.y}px` }}
      onPointerEnter={() => onPoint(job.name)}
      onFocusCapture={() => onPoint(job.name)}
    >
      <a class="node-link" href={href} title={job.name}>
        {!isPlain && <StatusIcon status={job.status} allowFailure={job.allow_failure} />}
        <span class="clip">{job.name}</span>
        {job.started_at !== null && (
          <span class="node-time">
            <Duration startedAt={job.started_at} finishedAt={job.finished_at} />
          </span>
        )}
      </a>
      {mayAct && !isPlain && job.kind === 'build' && <JobActionButton project={project} job={job} onDone={onChanged} />}
    </div>
  )
}, isSame)

/** Positions are whole numbers from the layout; a job's object changes only when the job does. */
function isSame(before: JobNodeProps, after: JobNodeProps): boolean {
  return (
    before.node.job === after.node.job &&
    before.node.x === after.node.x &&
    before.node.y === after.node.y &&
    before.isPlain === after.isPlain &&
    before.isDimmed === after.isDimmed &&
    before.mayAct === after.mayAct
  )
}
