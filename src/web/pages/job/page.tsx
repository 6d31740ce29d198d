import type { JSX } from 'preact'
import { type Job, readJob } from '../../api/jobs.ts'
import type { JobView, PipelineView } from '../../api/pipelines.ts'
import { developer, levelIn, primeProject, useProject } from '../../api/projects.ts'
import { prime, useResource } from '../../api/resource.ts'
import { CommitLink, RefLink } from '../../ci/refs.tsx'
import { pipelinePath, projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page.tsx'
import { Person } from '../../ui/person.tsx'
import { Ago, Duration } from '../../ui/time.tsx'
import { usePipeline } from '../pipeline/use-pipeline.ts'
import { JobActions } from './actions.tsx'
import { JobLog } from './job-log.tsx'
import { SidePanels } from './side.tsx'
import './job-page.css'

export function prepare({ params }: PageProps): Promise<unknown> {
  const { project = '', id = '' } = params
  return Promise.all([primeProject(project), prime(keyOf(project, id), signal => readJob(project, id, signal))])
}

export function Page({ params }: PageProps): JSX.Element {
  const { project: path = '', id = '' } = params
  const job = useResource(keyOf(path, id), signal => readJob(path, id, signal))
  return <Loaded of={job}>{data => <WithPipeline path={path} job={data} onChanged={() => void job.reload()} />}</Loaded>
}

function keyOf(path: string, id: string): string {
  return `job:${path}:${id}`
}

type JobProps = { readonly path: string; readonly job: Job; readonly onChanged: () => void }

function WithPipeline({ path, job, onChanged }: JobProps): JSX.Element {
  const pipeline = usePipeline(path, String(job.pipeline.id))
  const view = pipeline.data?.jobs.find(each => each.id === job.id)
  const reload = (): void => {
    onChanged()
    void pipeline.reload()
  }
  return <Shown path={path} job={mergeJob(job, view)} view={view} pipeline={pipeline.data} onChanged={reload} />
}

/** What the live pipeline tells is newer than the job as it was read. */
function mergeJob(job: Job, view: JobView | undefined): Job {
  return view === undefined
    ? job
    : { ...job, status: view.status, started_at: view.started_at, finished_at: view.finished_at }
}

type ShownProps = JobProps & { readonly view: JobView | undefined; readonly pipeline: PipelineView | undefined }

function Shown({ path, job, view, pipeline, onChanged }: ShownProps): JSX.Element {
  const project = useProject(path)
  const mayAct = levelIn(project.data, currentUser.value?.is_admin ?? false) >= developer
  return (
    <>
      <PageHead
        title={job.name}
        windowTitle={`${job.name} (#${job.id}) of ${path}`}
        crumbs={[
          { label: 'Pipelines', href: projectPath(path, 'pipelines') },
          { label: `#${job.pipeline.id}`, href: pipelinePath(path, job.pipeline.id) },
        ]}
        status={{ status: job.status, allowFailure: job.allow_failure }}
        actions={mayAct && <JobActions path={path} job={job} view={view} onChanged={onChanged} />}
      >
        <div class="facts">
          <span>{job.stage}</span>
          <RefLink project={path} name={job.ref} isTag={job.tag} />
          <span>
            <Icon name="commit" size={14} /> <CommitLink project={path} sha={job.pipeline.sha} />
          </span>
          <Person of={job.user} />
          {job.started_at && (
            <span>
              <Icon name="clock" size={14} /> <Duration startedAt={job.started_at} finishedAt={job.finished_at} />
            </span>
          )}
          <span>
            {job.finished_at ? 'finished' : job.started_at ? 'started' : 'made'}{' '}
            <Ago at={job.finished_at ?? job.started_at ?? job.created_at} />
          </span>
        </div>
      </PageHead>
      <div class="job-page">
        <div class="job-log">
          <JobLog path={path} job={job} view={view} mayAct={mayAct} onChanged={onChanged} />
        </div>
        <aside class="job-side" aria-label="About this job">
          <SidePanels path={path} job={job} view={view} pipeline={pipeline} mayAct={mayAct} onChanged={onChanged} />
        </aside>
      </div>
    </>
  )
}
