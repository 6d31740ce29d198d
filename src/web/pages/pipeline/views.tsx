import type { JSX } from 'preact'
import { type PipelineView, searchLogs } from '../../api/pipelines.ts'
import { LogSearch } from '../../ci/log-search.tsx'
import { PipelineTable } from '../../ci/pipeline-table.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Diagnostics } from './diagnostics.tsx'
import { GivenVariables } from './given-variables.tsx'
import { Graph } from './graph.tsx'
import { Images } from './images.tsx'
import { JobList } from './job-list.tsx'
import { Tests } from './tests.tsx'
import { Waterfall } from './waterfall.tsx'
import { Why } from './why.tsx'

export type ViewProps = {
  readonly path: string
  readonly pipeline: PipelineView
  readonly mayAct: boolean
  readonly onChanged: () => void
}

export function ViewOf({ view, ...props }: ViewProps & { readonly view: string }): JSX.Element {
  const { path, pipeline } = props
  switch (view) {
    case 'jobs':
      return <JobList {...props} />
    case 'waterfall':
      return <Waterfall path={path} pipeline={pipeline} />
    case 'tests':
      return <Tests path={path} pipeline={pipeline} />
    case 'images':
      return <Images path={path} pipeline={pipeline} />
    case 'why':
      return (
        <>
          {props.mayAct && <GivenVariables path={path} pipeline={pipeline} />}
          <Why path={path} pipeline={pipeline} />
        </>
      )
    case 'logs':
      return (
        <LogSearch
          path={path}
          scope={`pipeline ${pipeline.id}`}
          placeholder="Text in any log of this pipeline"
          search={(text, signal) => searchLogs(path, pipeline.id, text, signal)}
        />
      )
    default:
      return <Overview {...props} />
  }
}

function Overview({ path, pipeline, mayAct, onChanged }: ViewProps): JSX.Element {
  return (
    <>
      <Diagnostics pipeline={pipeline} path={path} />
      {pipeline.jobs.length > 0 && <Graph project={path} pipeline={pipeline} mayAct={mayAct} onChanged={onChanged} />}
      {pipeline.jobs.length === 0 && pipeline.errors.length === 0 && (
        <div class="panel">
          <Empty icon="pipeline" title="This pipeline has no jobs">
            <p class="empty-text">
              {pipeline.status === 'skipped'
                ? 'The commit asked to skip it ([ci skip], or the push option ci.skip).'
                : 'Every job was left out. Why tells which rule decided.'}
            </p>
          </Empty>
        </div>
      )}
      {pipeline.children.length > 0 && (
        <Panel title="Downstream">
          <PipelineTable rows={pipeline.children} showProject mayAct={false} onChanged={onChanged} />
        </Panel>
      )}
    </>
  )
}
