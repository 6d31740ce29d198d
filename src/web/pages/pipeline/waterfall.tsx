import type { JSX } from 'preact'
import type { PipelineView } from '../../api/pipelines.ts'
import { isActive } from '../../ci/status-of.ts'
import { secondClock } from '../../clock.ts'
import { jobPath } from '../../paths.ts'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { StatusIcon, toneClass } from '../../ui/status.tsx'
import { durationWords } from '../../words.ts'
import { type Bar, layoutWaterfall } from './waterfall-layout.ts'
import './waterfall.css'

/** Where the time goes: the pale part of a bar is waiting for a runner, the full one running. */
export function Waterfall({ path, pipeline }: { readonly path: string; readonly pipeline: PipelineView }): JSX.Element {
  const now = isActive(pipeline.status) ? secondClock.value : Date.parse(pipeline.finished_at ?? pipeline.created_at)
  const { bars, seconds, ticks } = layoutWaterfall(pipeline.jobs, now)
  if (bars.length === 0) {
    return (
      <Panel>
        <Empty icon="bars" title="No job has begun yet" />
      </Panel>
    )
  }
  return (
    <Panel>
      <div class="waterfall">
        <div class="waterfall-axis" aria-hidden="true">
          {ticks.map(tick => (
            <span key={tick} style={{ left: `${(tick / seconds) * 100}%` }}>
              {durationWords(tick)}
            </span>
          ))}
        </div>
        <ul>
          {bars.map(bar => (
            <Row key={bar.job.id} path={path} bar={bar} seconds={seconds} />
          ))}
        </ul>
      </div>
    </Panel>
  )
}

function Row({
  path,
  bar,
  seconds,
}: {
  readonly path: string
  readonly bar: Bar
  readonly seconds: number
}): JSX.Element {
  const { job } = bar
  const waited = (bar.started - bar.queued) * seconds
  const ran = (bar.finished - bar.started) * seconds
  const words = `waited ${durationWords(waited)}, ran ${durationWords(ran)}`
  return (
    <li class="waterfall-row">
      <a class="waterfall-name" href={jobPath(path, job.id)}>
        <StatusIcon status={job.status} allowFailure={job.allow_failure} />
        <span class="clip">{job.name}</span>
      </a>
      <span
        class={`waterfall-track ${toneClass({ status: job.status, allowFailure: job.allow_failure })}`}
        role="img"
        aria-label={words}
        title={words}
      >
        <span
          class="waterfall-wait"
          style={{ left: `${bar.queued * 100}%`, width: `${(bar.started - bar.queued) * 100}%` }}
        />
        <span
          class="waterfall-run"
          style={{ left: `${bar.started * 100}%`, width: `${(bar.finished - bar.started) * 100}%` }}
        />
      </span>
      <span class="waterfall-time number">{durationWords(ran)}</span>
    </li>
  )
}
