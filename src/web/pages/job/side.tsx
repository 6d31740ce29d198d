import type { ComponentChildren, JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import type { Job } from '../../api/jobs.ts'
import type { JobView, PipelineView } from '../../api/pipelines.ts'
import { attemptsOf, attemptWords } from '../../ci/attempts.ts'
import { useShortcuts } from '../../keyboard.ts'
import { comparePath, jobPath } from '../../paths.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Panel } from '../../ui/page.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { Duration } from '../../ui/time.tsx'
import { ArtifactPanel } from './artifact-panel.tsx'

type SideProps = {
  readonly path: string
  readonly job: Job
  readonly view: JobView | undefined
  readonly pipeline: PipelineView | undefined
  readonly mayAct: boolean
  readonly onChanged: () => void
}

export function SidePanels({ path, job, view, pipeline, mayAct, onChanged }: SideProps): JSX.Element {
  const jobs = pipeline?.jobs ?? []
  const attempts = attemptsOf(jobs, job.name)
  const siblings = jobs.filter(each => !each.is_retried || each.id === job.id).filter(each => each.stage === job.stage)
  useNeighbourKeys(
    path,
    job,
    jobs.filter(each => !each.is_retried),
  )
  return (
    <>
      {attempts.length > 1 && (
        <Panel title="Attempts" actions={<CompareLink path={path} job={job.id} attempts={attempts} />}>
          <JobLinks
            path={path}
            jobs={attempts.toReversed()}
            current={job.id}
            label={(_each, index) => `Attempt ${attempts.length - index}`}
            note={attemptWords}
          />
        </Panel>
      )}
      <ArtifactPanel path={path} job={job} mayAct={mayAct} onChanged={onChanged} />
      <Panel title="Details" padded>
        <Details path={path} job={job} view={view} pipeline={pipeline} />
      </Panel>
      {siblings.length > 0 && (
        <Panel title={`Stage ${job.stage}`}>
          <JobLinks path={path} jobs={siblings} current={job.id} label={each => each.name} />
        </Panel>
      )}
    </>
  )
}

/** With the newest attempt; the newest with the one before it. */
function CompareLink({
  path,
  job,
  attempts,
}: {
  readonly path: string
  readonly job: number
  readonly attempts: readonly JobView[]
}): JSX.Element | null {
  const [before, newest] = attempts.filter(each => each.started_at !== null).slice(-2)
  if (before === undefined || newest === undefined) return null
  const older = job === newest.id ? before.id : job
  return (
    <LinkButton small href={comparePath(path, older, newest.id)}>
      Compare
    </LinkButton>
  )
}

type JobLinksProps = {
  readonly path: string
  readonly jobs: readonly JobView[]
  readonly current: number
  readonly label: (job: JobView, index: number) => string
  /** A second line, where one compares. */
  readonly note?: (job: JobView) => string
}

function JobLinks({ path, jobs, current, label, note }: JobLinksProps): JSX.Element {
  return (
    <ul class="side-jobs">
      {jobs.map((job, index) => (
        <li key={job.id}>
          <a href={jobPath(path, job.id)} aria-current={job.id === current ? 'page' : undefined}>
            <StatusIcon status={job.status} allowFailure={job.allow_failure} />
            <span class="two-lines">
              <span class="clip">{label(job, index)}</span>
              {note && <span class="soft small">{note(job)}</span>}
            </span>
            <span class="spacer" />
            <span class="soft small">
              <Duration startedAt={job.started_at} finishedAt={job.finished_at} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

type DetailsProps = {
  readonly path: string
  readonly job: Job
  readonly view: JobView | undefined
  readonly pipeline: PipelineView | undefined
}

function Details({ path, job, view, pipeline }: DetailsProps): JSX.Element {
  const pushed = pipeline?.images.filter(image => image.job_id === job.id) ?? []
  return (
    <dl class="pairs">
      <Pair name="Job">#{job.id}</Pair>
      {view?.queued_at && (
        <Pair name="Waited">
          <Duration startedAt={view.queued_at} finishedAt={view.started_at ?? view.finished_at} />
        </Pair>
      )}
      {job.runner && (
        <Pair name="Runner">
          #{job.runner.id} {job.runner.description}
        </Pair>
      )}
      {job.tag_list.length > 0 && <Pair name="Tags">{job.tag_list.join(', ')}</Pair>}
      {view?.environment && <Pair name="Environment">{view.environment}</Pair>}
      {job.coverage !== null && <Pair name="Coverage">{job.coverage} %</Pair>}
      {view?.needs && view.needs.length > 0 && (
        <Pair name="Needs">
          {view.needs.map(name => {
            const needed = pipeline?.jobs.find(each => each.name === name && !each.is_retried)
            return <div key={name}>{needed === undefined ? name : <a href={jobPath(path, needed.id)}>{name}</a>}</div>
          })}
        </Pair>
      )}
      {pushed.length > 0 && (
        <Pair name="Pushed">
          {pushed.map(image => (
            <div key={`${image.repository}${image.tag}`} class="mono">
              {image.repository.split('/').at(-1)}:{image.tag ?? image.digest.slice(7, 19)}
            </div>
          ))}
        </Pair>
      )}
    </dl>
  )
}

function Pair({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** `]` and `[` go through the pipeline's jobs, `F` to the next failed one. */
function useNeighbourKeys(path: string, job: Job, jobs: readonly JobView[]): void {
  const { route } = useLocation()
  const at = jobs.findIndex(each => each.id === job.id)
  const go = (target: JobView | undefined): void => {
    if (target !== undefined) route(jobPath(path, target.id))
  }
  useShortcuts([
    { key: ']', label: 'Next job', act: () => go(jobs[at + 1]) },
    { key: '[', label: 'Previous job', act: () => go(jobs[at - 1]) },
    {
      key: 'F',
      label: 'Next failed job',
      act: () => go([...jobs.slice(at + 1), ...jobs.slice(0, Math.max(0, at))].find(each => each.status === 'failed')),
    },
  ])
}
