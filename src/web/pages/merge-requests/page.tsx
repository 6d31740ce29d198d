// Merge requests are there for their pipelines: branches are read, compared and merged with git.
import type { JSX } from 'preact'
import { listMergeRequests, type MergeRequest } from '../../api/merge-requests.ts'
import { useResource } from '../../api/resource.ts'
import { CommitLink, RefLink } from '../../ci/refs.tsx'
import { projectPath, queryText } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Command } from '../../ui/copy.tsx'
import { Select } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Person } from '../../ui/person.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { useQuery } from '../../ui/use-query.ts'

const states = [
  { value: 'opened', label: 'Open' },
  { value: 'merged', label: 'Merged' },
  { value: 'closed', label: 'Closed' },
  { value: 'all', label: 'All' },
] as const

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const query = useQuery()
  const state = query.get('state') || 'opened'
  const found = useResource(`merge-requests:${path}:${state}:${query.page}`, signal =>
    listMergeRequests(path, { state, page: query.page, per_page: 25 }, signal),
  )
  return (
    <>
      <PageHead title="Merge requests" windowTitle={`Merge requests of ${path}`}>
        <p class="soft">Each push to such a branch also runs a pipeline of the request.</p>
      </PageHead>
      <div class="stack">
        <div class="filters">
          <Select name="State" value={state} choices={states} onChange={value => query.set({ state: value })} />
        </div>
        <Panel>
          <Loaded of={found}>
            {page =>
              page.items.length === 0 ? (
                <None isOpen={state === 'opened' || state === 'all'} />
              ) : (
                <>
                  <MergeRequestTable path={path} rows={page.items} />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  )
}

function None({ isOpen }: { readonly isOpen: boolean }): JSX.Element {
  return (
    <Empty icon="branch" title={isOpen ? 'No merge request is open' : 'No merge request is like that'}>
      {isOpen && (
        <>
          <p class="empty-text">A push of a branch opens one into the default branch:</p>
          <Command text="git push -o merge_request.create origin HEAD" />
        </>
      )}
    </Empty>
  )
}

type MergeRequestTableProps = { readonly path: string; readonly rows: readonly MergeRequest[] }

function MergeRequestTable({ path, rows }: MergeRequestTableProps): JSX.Element {
  return (
    <Table<MergeRequest>
      name="Merge requests"
      rows={rows}
      keyOf={row => row.iid}
      columns={[
        { title: 'Merge request', kind: 'main', cell: row => <Title path={path} row={row} /> },
        { title: 'By', kind: 'narrow', isPlain: true, cell: row => <Person of={row.author} /> },
        { title: 'Changed', kind: 'narrow', cell: row => <Ago at={row.updated_at} /> },
      ]}
    />
  )
}

function Title({ path, row }: { readonly path: string; readonly row: MergeRequest }): JSX.Element {
  const pipelines = projectPath(path, 'pipelines') + queryText({ ref: row.source_branch })
  return (
    <div class="two-lines">
      <span class="row">
        <a class="strong clip" href={pipelines}>
          {row.title}
        </a>
        {row.draft && <span class="tag">draft</span>}
        {row.state !== 'opened' && <span class="tag">{row.state}</span>}
        {row.labels.map(label => (
          <span key={label} class="tag">
            {label}
          </span>
        ))}
      </span>
      <span class="facts">
        <span>!{row.iid}</span>
        <RefLink project={path} name={row.source_branch} isTag={false} />
        <span>
          <Icon name="right" size={12} /> {row.target_branch}
        </span>
        <CommitLink project={path} sha={row.sha} />
      </span>
    </div>
  )
}
