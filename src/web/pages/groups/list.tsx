import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type Group, listGroups } from '../../api/groups.ts'
import { useResource } from '../../api/resource.ts'
import { groupPath } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { NewGroup } from './new-group.tsx'

export function Page(): JSX.Element {
  const query = useQuery()
  const search = query.get('search')
  const [isAdding, setAdding] = useState(false)
  const groups = useResource(`groups:${search}:${query.page}`, signal =>
    listGroups({ search, page: query.page, per_page: 30 }, signal),
  )
  return (
    <>
      <PageHead
        title="Groups"
        actions={
          <Button icon="plus" onClick={() => setAdding(true)}>
            New group
          </Button>
        }
      />
      <div class="stack">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name of a group"
            aria-label="Name of a group"
            value={search}
            onChange={event => query.set({ search: event.currentTarget.value })}
          />
        </div>
        <Panel>
          <Loaded of={groups}>
            {page =>
              page.items.length === 0 ? (
                <Empty icon="folder" title={search === '' ? 'No group yet' : 'No group is like that'}>
                  {search === '' && (
                    <p class="empty-text">A group holds projects that share members, variables and runners.</p>
                  )}
                </Empty>
              ) : (
                <>
                  <GroupTable rows={page.items} />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
      {isAdding && <NewGroup parent={null} onClose={() => setAdding(false)} />}
    </>
  )
}

export function GroupTable({ rows }: { readonly rows: readonly Group[] }): JSX.Element {
  return (
    <Table<Group>
      name="Groups"
      rows={rows}
      keyOf={group => group.id}
      columns={[
        {
          title: 'Group',
          kind: 'main',
          cell: group => (
            <div class="two-lines">
              <a class="strong clip" href={groupPath(group.full_path)}>
                {group.full_path}
              </a>
              {group.description && <span class="soft small clip">{group.description}</span>}
            </div>
          ),
        },
        { title: 'Visibility', kind: 'narrow', cell: group => <span class="tag">{group.visibility}</span> },
      ]}
    />
  )
}
