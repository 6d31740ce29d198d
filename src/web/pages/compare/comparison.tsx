import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { traceUrl } from '../../api/jobs.ts'
import type { JobView } from '../../api/pipelines.ts'
import type { LogModel } from '../../log/log-model.ts'
import { useTrace } from '../../log/use-trace.ts'
import { comparePath } from '../../paths.ts'
import { AttemptLog } from './attempt-log.tsx'
import { DifferenceBar } from './difference-bar.tsx'
import { useDifferences } from './use-differences.ts'
import { useIsWide } from './use-is-wide.ts'

type ComparisonProps = {
  readonly path: string
  readonly attempts: readonly JobView[]
  readonly left: JobView
  readonly right: JobView
}

/** Two logs: beside each other in step where there is room, one above the other where there is none. */
export function Comparison({ path, attempts, left, right }: ComparisonProps): JSX.Element {
  const { route } = useLocation()
  const isWide = useIsWide()
  const one = useTrace({ jobId: left.id, url: traceUrl(path, left.id) }, false)
  const other = useTrace({ jobId: right.id, url: traceUrl(path, right.id) }, false)
  const differences = useDifferences({ left: one, right: other, isAligned: isWide })
  const follow = (model: LogModel) => (isWide ? (px: number) => model.scrollToPx(px) : undefined)
  const shared = { path, attempts, isWrapped: !isWide }

  return (
    <div class="compare">
      <DifferenceBar left={one.model} right={other.model} differences={differences} isAligned={isWide} />
      <div class="compare-logs">
        <AttemptLog
          {...shared}
          side="left"
          job={left}
          trace={one}
          onScrolled={follow(other.model)}
          onChoose={id => route(comparePath(path, id, right.id))}
        />
        <AttemptLog
          {...shared}
          side="right"
          job={right}
          trace={other}
          onScrolled={follow(one.model)}
          onChoose={id => route(comparePath(path, left.id, id))}
        />
      </div>
    </div>
  )
}
