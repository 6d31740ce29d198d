import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { actOnPipeline, deletePipeline, type PipelineView } from '../../api/pipelines.ts'
import { developer, levelIn, owner, primeProject, useProject } from '../../api/projects.ts'
import { CommitLink, RefLink } from '../../ci/refs.tsx'
import { sourceWords } from '../../ci/source-words.ts'
import { isActive, statusOf } from '../../ci/status-of.ts'
import { useShortcuts } from '../../keyboard.ts'
import { jobPath, pipelinePath, projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt, useAction } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded, Skeleton } from '../../ui/loading.tsx'
import { Menu } from '../../ui/menu.tsx'
import { PageHead, type Tab, Tabs } from '../../ui/page.tsx'
import { Person } from '../../ui/person.tsx'
import { Ago, Duration } from '../../ui/time.tsx'
import { primePipeline, usePipeline } from './use-pipeline.ts'
import { ViewOf } from './views.tsx'

/** Asked for while the page's script is still being read. */
export function prepare({ params }: PageProps): Promise<unknown> {
  const path = params.project ?? ''
  return Promise.all([primeProject(path), primePipeline(path, params.id ?? '')])
}

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const id = params.id ?? ''
  const project = useProject(path)
  const pipeline = usePipeline(path, id)
  const level = levelIn(project.data, currentUser.value?.is_admin ?? false)
  // What one may do decides about a button in every job: drawn once, when both are known.
  if (project.data === undefined && project.isLoading) return <Skeleton rows={8} />
  return (
    <Loaded of={pipeline} rows={8}>
      {data => (
        <Shown
          path={path}
          pipeline={data}
          view={params.view ?? 'graph'}
          level={level}
          onChanged={() => void pipeline.reload()}
        />
      )}
    </Loaded>
  )
}

type ShownProps = {
  readonly path: string
  readonly pipeline: PipelineView
  readonly view: string
  readonly level: number
  readonly onChanged: () => void
}

function Shown({ path, pipeline, view, level, onChanged }: ShownProps): JSX.Element {
  const mayAct = level >= developer
  useFailureKey(path, pipeline)
  return (
    <>
      <PageHead
        title={pipeline.name ?? (pipeline.commit_title || `Pipeline ${pipeline.iid}`)}
        windowTitle={`Pipeline #${pipeline.id} of ${path}`}
        crumbs={[{ label: 'Pipelines', href: projectPath(path, 'pipelines') }]}
        status={{ status: statusOf(pipeline) }}
        actions={mayAct && <Actions path={path} pipeline={pipeline} mayDelete={level >= owner} onChanged={onChanged} />}
      >
        <Facts path={path} pipeline={pipeline} />
      </PageHead>
      <div class="stack">
        <Tabs name="Views of the pipeline" tabs={tabsOf(path, pipeline, view)} />
        <ViewOf view={view} path={path} pipeline={pipeline} mayAct={mayAct} onChanged={onChanged} />
      </div>
    </>
  )
}

function Facts({ path, pipeline }: { readonly path: string; readonly pipeline: PipelineView }): JSX.Element {
  return (
    <div class="facts">
      <span title={`Number ${pipeline.iid} of this project`}>#{pipeline.id}</span>
      <RefLink project={path} name={pipeline.ref} isTag={pipeline.tag} />
      <span>
        <Icon name="commit" size={14} /> <CommitLink project={path} sha={pipeline.sha} />
      </span>
      <Person of={pipeline.user} />
      <span>
        {sourceWords(pipeline.source)} <Ago at={pipeline.created_at} />
      </span>
      {pipeline.started_at && (
        <span>
          <Icon name="clock" size={14} />{' '}
          <Duration seconds={pipeline.duration} startedAt={pipeline.started_at} finishedAt={pipeline.finished_at} />
        </span>
      )}
      {pipeline.coverage !== null && <span>coverage {pipeline.coverage} %</span>}
      {pipeline.parent && (
        <a href={pipelinePath(pipeline.parent.project_path, pipeline.parent.id)}>started by #{pipeline.parent.id}</a>
      )}
    </div>
  )
}

function tabsOf(path: string, pipeline: PipelineView, view: string): readonly Tab[] {
  const jobs = pipeline.jobs.filter(job => !job.is_retried).length
  const tabs: readonly (readonly [string, string, number?])[] = [
    ['graph', 'Graph'],
    ['jobs', 'Jobs', jobs],
    ['waterfall', 'Waterfall'],
    ['tests', 'Tests'],
    ['images', 'Images', pipeline.images.length],
    ['why', 'Why'],
    ['logs', 'Search logs'],
  ]
  return tabs.map(([name, label, count]) => ({
    label,
    count,
    href: pipelinePath(path, pipeline.id, name === 'graph' ? '' : name),
    current: view === name,
  }))
}

type ActionsProps = {
  readonly path: string
  readonly pipeline: PipelineView
  readonly mayDelete: boolean
  readonly onChanged: () => void
}

function Actions({ path, pipeline, mayDelete, onChanged }: ActionsProps): JSX.Element {
  const { route } = useLocation()
  const mayRetry = pipeline.jobs.some(job => !job.is_retried && (job.status === 'failed' || job.status === 'canceled'))
  const retry = useAction(async () => {
    await actOnPipeline(path, pipeline.id, 'retry')
    onChanged()
    return 'The jobs that failed or were canceled start anew.'
  })
  const cancel = useAction(async () => {
    await actOnPipeline(path, pipeline.id, 'cancel')
    onChanged()
    return 'The pipeline is being canceled.'
  })
  async function remove(): Promise<void> {
    const body = (
      <p>
        Its {pipeline.jobs.length} jobs, their logs, artifacts and test reports go with it. This cannot be undone.
        Images that it pushed stay.
      </p>
    )
    if (!(await confirm({ title: `Delete pipeline #${pipeline.id}?`, body, action: 'Delete pipeline' }))) return
    const done = await attempt(async () => {
      await deletePipeline(path, pipeline.id)
      return `Pipeline #${pipeline.id} was deleted.`
    })
    if (done) route(projectPath(path, 'pipelines'))
  }
  return (
    <>
      {mayRetry && (
        <Button icon="retry" busy={retry.busy} onClick={() => void retry.run()}>
          Retry failed
        </Button>
      )}
      {isActive(pipeline.status) && (
        <Button icon="cross" busy={cancel.busy} onClick={() => void cancel.run()}>
          Cancel
        </Button>
      )}
      <Menu label="More about this pipeline">
        <a href={`${projectPath(path, 'pipelines/new')}?ref=${encodeURIComponent(pipeline.ref)}`}>
          <Icon name="play" /> Run a new pipeline for {pipeline.ref}
        </a>
        {mayDelete && (
          <button type="button" onClick={() => void remove()}>
            <Icon name="trash" /> Delete pipeline
          </button>
        )}
      </Menu>
    </>
  )
}

function useFailureKey(path: string, pipeline: PipelineView): void {
  const { route } = useLocation()
  useShortcuts([
    {
      key: 'f',
      label: 'Open the first failed job',
      act: () => {
        const failed =
          pipeline.jobs.find(job => job.status === 'failed' && !job.is_retried && !job.allow_failure) ??
          pipeline.jobs.find(job => job.status === 'failed' && !job.is_retried)
        if (failed !== undefined) route(jobPath(path, failed.id))
      },
    },
  ])
}
