import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { developer, levelIn, useProject } from '../../api/projects.ts'
import { type Branch, createBranch, deleteBranch, listBranches } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import { CommitLink } from '../../ci/refs.tsx'
import { filesPath, projectPath, queryText } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { NewRefDialog } from './new-ref-dialog.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const query = useQuery()
  const project = useProject(path)
  const [isAdding, setAdding] = useState(false)
  const search = query.get('search')
  const branches = useResource(`branches:${path}:${search}:${query.page}`, signal =>
    listBranches(path, { search, page: query.page, per_page: 30 }, signal),
  )
  const mayChange = levelIn(project.data, currentUser.value?.is_admin ?? false) >= developer
  const reload = (): void => void branches.reload()
  return (
    <>
      <PageHead
        title="Branches"
        windowTitle={`Branches of ${path}`}
        actions={
          mayChange && (
            <Button icon="plus" onClick={() => setAdding(true)}>
              New branch
            </Button>
          )
        }
      />
      <div class="stack">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name of a branch"
            aria-label="Name of a branch"
            value={search}
            onChange={event => query.set({ search: event.currentTarget.value })}
          />
        </div>
        <Panel>
          <Loaded of={branches}>
            {page =>
              page.items.length === 0 ? (
                <Empty icon="branch" title={search === '' ? 'No branch yet' : 'No branch is like that'}>
                  {search === '' && <p class="empty-text">The first push makes one.</p>}
                </Empty>
              ) : (
                <>
                  <BranchTable path={path} rows={page.items} mayChange={mayChange} onChanged={reload} />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
      {isAdding && (
        <NewRefDialog
          kind="branch"
          defaultRef={project.data?.default_branch ?? 'main'}
          onClose={() => setAdding(false)}
          onCreate={async ({ name, ref }) => {
            await createBranch(path, name, ref)
            reload()
            return `Branch ${name} was made.`
          }}
        />
      )}
    </>
  )
}

type BranchTableProps = {
  readonly path: string
  readonly rows: readonly Branch[]
  readonly mayChange: boolean
  readonly onChanged: () => void
}

function BranchTable({ path, rows, mayChange, onChanged }: BranchTableProps): JSX.Element {
  return (
    <Table<Branch>
      name="Branches"
      rows={rows}
      keyOf={branch => branch.name}
      columns={[
        { title: 'Branch', kind: 'main', cell: branch => <Name path={path} branch={branch} /> },
        { title: 'Commit', kind: 'narrow', cell: branch => <CommitLink project={path} sha={branch.commit.id} /> },
        { title: 'Changed', kind: 'narrow', cell: branch => <Ago at={branch.commit.committed_date} /> },
        {
          title: '',
          kind: 'actions',
          cell: branch => <Actions path={path} branch={branch} mayChange={mayChange} onChanged={onChanged} />,
        },
      ]}
    />
  )
}

function Name({ path, branch }: { readonly path: string; readonly branch: Branch }): JSX.Element {
  return (
    <div class="two-lines">
      <span class="row">
        <a class="strong" href={filesPath(path, 'tree', branch.name)}>
          {branch.name}
        </a>
        {branch.default && <span class="tag">default</span>}
        {branch.protected && <span class="tag">protected</span>}
      </span>
      <span class="soft small clip">{branch.commit.title}</span>
    </div>
  )
}

type ActionsProps = {
  readonly path: string
  readonly branch: Branch
  readonly mayChange: boolean
  readonly onChanged: () => void
}

function Actions({ path, branch, mayChange, onChanged }: ActionsProps): JSX.Element {
  async function remove(): Promise<void> {
    const body = (
      <p>
        Commits that are on no other branch or tag can no longer be reached. Pipelines and images of the branch stay.
      </p>
    )
    if (!(await confirm({ title: `Delete branch ${branch.name}?`, body, action: 'Delete branch' }))) return
    await attempt(async () => {
      await deleteBranch(path, branch.name)
      return `Branch ${branch.name} was deleted.`
    })
    onChanged()
  }
  return (
    <span class="row">
      <LinkButton
        small
        kind="quiet"
        icon="pipeline"
        label={`Pipelines of ${branch.name}`}
        href={`${projectPath(path, 'pipelines')}${queryText({ ref: branch.name })}`}
      />
      {mayChange && !branch.default && (
        <Button small kind="quiet" icon="trash" label={`Delete branch ${branch.name}`} onClick={() => void remove()} />
      )}
    </span>
  )
}
