import type { JSX } from 'preact'
import { developer, hasPipelines, levelIn, type Project, useProject } from '../../api/projects.ts'
import { PipelineTable } from '../../ci/pipeline-table.tsx'
import { usePipelines } from '../../ci/use-pipelines.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Command } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Page as GroupPage } from '../groups/page.tsx'
import { FirstPush } from './first-push.tsx'

/** The address may be a project's or a nested group's: only the server knows. */
export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  if (project.error?.status === 404 && project.data === undefined) return <GroupPage params={{ group: path }} />
  return <Loaded of={project}>{data => <Home project={data} />}</Loaded>
}

function Home({ project }: { readonly project: Project }): JSX.Element {
  const path = project.path_with_namespace
  const pipelines = usePipelines(path, project.id, { per_page: 8 })
  const mayRun = levelIn(project, currentUser.value?.is_admin ?? false) >= developer
  const hasRuns = (pipelines.data?.items.length ?? 0) > 0
  return (
    <>
      <PageHead
        title={project.name}
        windowTitle={path}
        actions={
          mayRun &&
          hasRuns && (
            <LinkButton kind="primary" icon="play" href={projectPath(path, 'pipelines/new')}>
              Run pipeline
            </LinkButton>
          )
        }
      >
        <div class="facts">
          <span>{path}</span>
          <span>{project.visibility}</span>
          {project.default_branch && <span>default branch {project.default_branch}</span>}
        </div>
        {project.description && <p class="soft">{project.description}</p>}
      </PageHead>
      <div class="stack">
        {project.archived && <Notice tone="amber">This project is archived: it can be read, but not changed.</Notice>}
        {!hasPipelines(project) && (
          <Notice>
            Pipelines are switched off for this project. A maintainer can switch them on under Settings, General.
          </Notice>
        )}
        <Panel
          title="Pipelines"
          actions={
            hasRuns && (
              <LinkButton small href={projectPath(path, 'pipelines')}>
                All pipelines
              </LinkButton>
            )
          }
        >
          <Loaded of={pipelines}>
            {page =>
              page.items.length === 0 ? (
                <FirstPush project={project} />
              ) : (
                <PipelineTable rows={page.items} mayAct={mayRun} onChanged={() => void pipelines.reload()} />
              )
            }
          </Loaded>
        </Panel>
        {hasRuns && (
          <Panel title="Clone" padded>
            <Command text={`git clone ${project.http_url_to_repo}`} />
          </Panel>
        )}
      </div>
    </>
  )
}
