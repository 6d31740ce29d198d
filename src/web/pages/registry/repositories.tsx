import type { JSX } from 'preact'
import { hasRegistry, levelIn, maintainer, type Project, useProject } from '../../api/projects.ts'
import { deleteRepository, listRepositories, type Repository, readUsage } from '../../api/registry.ts'
import { useResource } from '../../api/resource.ts'
import { useEvents, useThrottled } from '../../live/use-events.ts'
import { projectPath, repositoryPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { countWords, sizeWords } from '../../words.ts'
import { FirstImage } from './first-image.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  return (
    <>
      <PageHead
        title="Container Registry"
        windowTitle={`Container Registry of ${path}`}
        actions={
          levelIn(project.data, currentUser.value?.is_admin ?? false) >= maintainer && (
            <LinkButton icon="gear" href={projectPath(path, 'container_registry/settings')}>
              Registry settings
            </LinkButton>
          )
        }
      >
        <Use path={path} />
      </PageHead>
      <Loaded of={project}>
        {data => (hasRegistry(data) ? <Repositories project={data} /> : <Off path={path} />)}
      </Loaded>
    </>
  )
}

function Off({ path }: { readonly path: string }): JSX.Element {
  return (
    <Notice
      action={
        <LinkButton small href={projectPath(path, 'settings/general')}>
          Settings
        </LinkButton>
      }
    >
      The registry is switched off for this project. Nobody can pull or push; images that were pushed are kept.
    </Notice>
  )
}

function Use({ path }: { readonly path: string }): JSX.Element {
  const usage = useResource(`registry-usage:${path}`, signal => readUsage(path, signal))
  if (usage.data === undefined) return <div class="facts">&nbsp;</div>
  const { repositories, tags, used_bytes: size, quota_bytes: quota, reclaimable_bytes: reclaimable } = usage.data
  return (
    <div class="facts">
      <span>{countWords(repositories, 'repository', 'repositories')}</span>
      <span>{countWords(tags, 'tag')}</span>
      <span>
        {sizeWords(size)}
        {quota !== null && ` of ${sizeWords(quota)}`}
      </span>
      {reclaimable > 0 && (
        <span title="No tag holds it any more; the next cleanup gives it back">
          {sizeWords(reclaimable)} will be freed
        </span>
      )}
    </div>
  )
}

function Repositories({ project }: { readonly project: Project }): JSX.Element {
  const path = project.path_with_namespace
  const query = useQuery()
  const repositories = useResource(`repositories:${path}:${query.page}`, signal =>
    listRepositories(path, { page: query.page, per_page: 30 }, signal),
  )
  const reload = useThrottled(() => void repositories.reload(), 2000)
  useEvents([`project:${project.id}`], reload, reload) // a job that ends may have pushed
  const mayDelete = levelIn(project, currentUser.value?.is_admin ?? false) >= maintainer
  return (
    <Panel>
      <Loaded of={repositories}>
        {page =>
          page.items.length === 0 ? (
            <FirstImage project={project} />
          ) : (
            <>
              <RepositoryTable
                path={path}
                rows={page.items}
                mayDelete={mayDelete}
                onChanged={() => void repositories.reload()}
              />
              <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}

type RepositoryTableProps = {
  readonly path: string
  readonly rows: readonly Repository[]
  readonly mayDelete: boolean
  readonly onChanged: () => void
}

function RepositoryTable({ path, rows, mayDelete, onChanged }: RepositoryTableProps): JSX.Element {
  async function remove(repository: Repository): Promise<void> {
    const body = (
      <>
        <p>
          Its {countWords(repository.tags_count, 'tag')} and {sizeWords(repository.size)} of images go with it. This
          cannot be undone.
        </p>
        <p>Servers and pipelines that pull from it will fail.</p>
      </>
    )
    if (
      !(await confirm({
        title: `Delete ${repository.path}?`,
        body,
        action: 'Delete repository',
        typed: repository.path,
      }))
    )
      return
    await attempt(async () => {
      await deleteRepository(path, repository.id)
      return `${repository.path} was deleted.`
    })
    onChanged()
  }
  return (
    <Table<Repository>
      name="Repositories"
      rows={rows}
      keyOf={repository => repository.id}
      columns={[
        {
          title: 'Repository',
          kind: 'main',
          cell: repository => (
            <div class="row">
              <a class="strong clip" href={repositoryPath(path, repository.id)}>
                {repository.path}
              </a>
              <CopyButton text={repository.location} label="Copy the name with the host" />
            </div>
          ),
        },
        { title: 'Tags', kind: 'right', cell: repository => <span class="number">{repository.tags_count}</span> },
        {
          title: 'Size',
          kind: 'right',
          cell: repository => <span class="number nowrap">{sizeWords(repository.size)}</span>,
        },
        { title: 'Pushed', kind: 'narrow', cell: repository => <Ago at={repository.last_published_at} /> },
        {
          title: '',
          kind: 'actions',
          cell: repository =>
            mayDelete && (
              <Button
                small
                kind="quiet"
                icon="trash"
                label={`Delete ${repository.path}`}
                onClick={() => void remove(repository)}
              />
            ),
        },
      ]}
    />
  )
}
