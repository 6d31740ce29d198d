import type { JSX } from 'preact'
import { type Overview, readOverview } from '../../api/overview.ts'
import { prime, useResource } from '../../api/resource.ts'
import { PipelineTable } from '../../ci/pipeline-table.tsx'
import { useEvents, useThrottled } from '../../live/use-events.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { Ago } from '../../ui/time.tsx'
import { countWords } from '../../words.ts'
import { FirstSteps } from './first-steps.tsx'
import './overview.css'

const key = 'overview'

export function prepare(): Promise<unknown> {
  return prime(key, readOverview)
}

export function Page(): JSX.Element {
  const overview = useResource(key, readOverview)
  const reload = useThrottled(() => void overview.reload(), 1500)
  useEvents(
    (overview.data?.projects ?? []).map(project => `project:${project.id}` as const),
    reload,
    reload,
  )
  return (
    <>
      <PageHead
        title="Overview"
        actions={
          <LinkButton
            href="/-/projects/new"
            icon="plus"
            kind={overview.data?.projects.length === 0 ? 'plain' : 'primary'}
          >
            New project
          </LinkButton>
        }
      >
        {overview.data && overview.data.projects.length > 0 && <Facts of={overview.data} />}
      </PageHead>
      <Loaded of={overview} rows={9}>
        {data => (data.projects.length === 0 ? <FirstSteps /> : <Board data={data} onChanged={reload} />)}
      </Loaded>
    </>
  )
}

function Facts({ of: { queue, running } }: { readonly of: Overview }): JSX.Element {
  return (
    <div class="facts">
      <span>{countWords(running.length, 'pipeline')} running</span>
      <span>{countWords(queue.running, 'job')} running</span>
      <span>{countWords(queue.pending, 'job')} waiting</span>
      {queue.runners > 0 && (
        <span>
          {queue.runners_online} of {countWords(queue.runners, 'runner')} online
        </span>
      )}
    </div>
  )
}

function Board({ data, onChanged }: { readonly data: Overview; readonly onChanged: () => void }): JSX.Element {
  const isSignedIn = Boolean(currentUser.value)
  return (
    <div class="stack">
      {data.queue.runners === 0 && data.queue.pending > 0 && (
        <Notice tone="amber">
          Jobs wait, but no runner is connected. Start one with <code>slipway runner</code>, or start the server with{' '}
          <code>slipway up</code>.
        </Notice>
      )}
      {data.running.length > 0 && (
        <Panel title="Running">
          <PipelineTable rows={data.running} showProject mayAct={isSignedIn} onChanged={onChanged} />
        </Panel>
      )}
      {data.failed.length > 0 && (
        <Panel title="Failed and not mended">
          <PipelineTable rows={data.failed} showProject mayAct={isSignedIn} onChanged={onChanged} />
        </Panel>
      )}
      <Panel
        title="Projects"
        actions={
          <LinkButton small href="/-/projects">
            All projects
          </LinkButton>
        }
      >
        <ul class="project-grid">
          {data.projects.map(project => (
            <li key={project.id}>
              <a class="project-card clipped" href={projectPath(project.path)}>
                {project.last_pipeline ? (
                  <StatusIcon status={project.last_pipeline.status} size={18} />
                ) : (
                  <StatusIcon status="created" size={18} />
                )}
                <span class="two-lines">
                  <span class="clip strong">{project.path}</span>
                  <span class="soft small clip">
                    {project.last_pipeline ? (
                      <>
                        {project.last_pipeline.ref}, <Ago at={project.last_pipeline.created_at} />
                      </>
                    ) : (
                      'no pipeline yet'
                    )}
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      </Panel>
      {data.recent.length > 0 && (
        <Panel title="Finished lately">
          <PipelineTable rows={data.recent} showProject mayAct={false} onChanged={onChanged} />
        </Panel>
      )}
    </div>
  )
}
