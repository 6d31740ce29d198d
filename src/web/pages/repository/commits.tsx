import type { JSX } from 'preact'
import { type PipelineRow, pipelinesBySha } from '../../api/pipelines.ts'
import { useProject } from '../../api/projects.ts'
import { type Commit, listCommits } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import { statusOf } from '../../ci/status-of.ts'
import { commitPath, commitsPath, filesPath, pipelinePath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { LinkButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { Pager } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { shortSha } from '../../words.ts'
import { RefPicker } from './ref-picker.tsx'
import './repository.css'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const query = useQuery()
  const project = useProject(path)
  const ref = params.ref || project.data?.default_branch || ''
  const commits = useResource(
    ref === '' || project.data?.empty_repo ? null : `commits:${path}:${ref}:${query.page}`,
    signal => listCommits(path, { ref_name: ref, page: query.page, per_page: 30 }, signal),
  )
  return (
    <>
      <PageHead
        title="Commits"
        windowTitle={`Commits of ${path}`}
        aside={<RefPicker project={path} current={ref} hrefFor={name => commitsPath(path, name)} />}
        actions={
          ref !== '' && (
            <LinkButton icon="folder" href={filesPath(path, 'tree', ref)}>
              Files
            </LinkButton>
          )
        }
      />
      <Panel>
        <Loaded of={commits}>
          {page =>
            page.items.length === 0 ? (
              <Empty icon="commit" title="No commit yet" />
            ) : (
              <>
                <CommitList path={path} commits={page.items} />
                <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
              </>
            )
          }
        </Loaded>
      </Panel>
    </>
  )
}

function CommitList({ path, commits }: { readonly path: string; readonly commits: readonly Commit[] }): JSX.Element {
  const pipelines = useResource(`pipelines-by-sha:${path}`, signal => pipelinesBySha(path, signal))
  return (
    <ol class="commits">
      {commits.map(commit => (
        <li key={commit.id} class="commit">
          <div class="two-lines">
            <a class="clip strong" href={commitPath(path, commit.id)}>
              {commit.title || shortSha(commit.id)}
            </a>
            <span class="facts">
              <span>{commit.author_name}</span>
              <Ago at={commit.committed_date} />
            </span>
          </div>
          <span class="row nowrap">
            <PipelineOf path={path} pipeline={pipelines.data?.get(commit.id)} />
            <a class="mono" href={commitPath(path, commit.id)}>
              {shortSha(commit.id)}
            </a>
            <CopyButton text={commit.id} label="Copy the whole SHA" />
          </span>
        </li>
      ))}
    </ol>
  )
}

function PipelineOf({
  path,
  pipeline,
}: {
  readonly path: string
  readonly pipeline: PipelineRow | undefined
}): JSX.Element | null {
  if (pipeline === undefined) return null
  return (
    <a href={pipelinePath(path, pipeline.id)} aria-label={`Pipeline ${pipeline.id}`}>
      <StatusIcon status={statusOf(pipeline)} />
    </a>
  )
}
