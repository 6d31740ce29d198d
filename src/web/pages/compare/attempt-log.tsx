import type { JSX } from 'preact'
import type { JobView } from '../../api/pipelines.ts'
import { attemptWords } from '../../ci/attempts.ts'
import { LogRows } from '../../log/log-rows.tsx'
import type { Trace } from '../../log/use-trace.ts'
import { jobPath } from '../../paths.ts'
import { Select } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { Duration } from '../../ui/time.tsx'
import '../../log/log.css'

type AttemptLogProps = {
  readonly path: string
  readonly attempts: readonly JobView[]
  readonly side: 'left' | 'right'
  readonly job: JobView
  readonly trace: Trace
  readonly isWrapped: boolean
  readonly onScrolled: ((topPx: number) => void) | undefined
  readonly onChoose: (id: number) => void
}

export function AttemptLog(props: AttemptLogProps): JSX.Element {
  const { path, attempts, side, job, trace, isWrapped, onScrolled, onChoose } = props
  const choices = attempts.map((each, index) => ({ value: String(each.id), label: `Attempt ${index + 1}` }))
  return (
    <section class={`compare-side compare-${side}`} aria-label={`The ${side} attempt`}>
      <div class="compare-head">
        <StatusIcon status={job.status} allowFailure={job.allow_failure} />
        <Select
          name={`The ${side} attempt`}
          value={String(job.id)}
          choices={choices}
          onChange={id => onChoose(Number(id))}
        />
        <a href={jobPath(path, job.id)}>#{job.id}</a>
        <span class="soft small clip">{attemptWords(job)}</span>
        <span class="spacer" />
        <span class="soft small nowrap">
          <Duration startedAt={job.started_at} finishedAt={job.finished_at} />
        </span>
      </div>
      {trace.failure !== null && <Notice tone="red">{trace.failure}</Notice>}
      <div class="log">
        <LogRows
          model={trace.model}
          startedAt={0}
          timeAt={noTime}
          selection={null}
          onSelect={nothing}
          isWrapped={isWrapped}
          timestamps="off"
          canFold={false}
          name={`Log of the ${side} attempt`}
          {...(onScrolled && { onScrolled })}
        />
      </div>
    </section>
  )
}

function noTime(): null {
  return null
}

/** A line of a comparison has no address. */
function nothing(): void {}
