import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { deleteUser, listUsers, setUserBlocked, type User } from '../../api/users.ts'
import { currentUser } from '../../session.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Person } from '../../ui/person.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { UserDialog } from './user-dialog.tsx'

export function Page(): JSX.Element {
  const query = useQuery()
  const search = query.get('search')
  const users = useResource(`users:${search}:${query.page}`, signal =>
    listUsers({ search, humans: true, page: query.page, per_page: 30 }, signal),
  )
  const [editing, setEditing] = useState<User | 'new' | null>(null)
  const reload = (): void => void users.reload()
  return (
    <>
      <PageHead
        title="Users"
        actions={
          <Button kind="primary" icon="plus" onClick={() => setEditing('new')}>
            New user
          </Button>
        }
      />
      <div class="stack">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name, user name or mail address"
            aria-label="Name, user name or mail address"
            value={search}
            onChange={event => query.set({ search: event.currentTarget.value })}
          />
        </div>
        <Panel>
          <Loaded of={users}>
            {page =>
              page.items.length === 0 ? (
                <Empty icon="users" title="Nobody is like that" />
              ) : (
                <>
                  <UserTable rows={page.items.filter(user => !user.bot)} onEdit={setEditing} onChanged={reload} />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
      {editing !== null && (
        <UserDialog before={editing === 'new' ? null : editing} onClose={() => setEditing(null)} onDone={reload} />
      )}
    </>
  )
}

type UserTableProps = {
  readonly rows: readonly User[]
  readonly onEdit: (user: User) => void
  readonly onChanged: () => void
}

function UserTable({ rows, onEdit, onChanged }: UserTableProps): JSX.Element {
  return (
    <Table<User>
      name="Users"
      rows={rows}
      keyOf={user => user.id}
      columns={[
        {
          title: 'User',
          kind: 'main',
          cell: user => (
            <div class="row">
              <Person of={user} />
              {user.is_admin && <span class="tag">administrator</span>}
              {user.state === 'blocked' && <span class="tag">blocked</span>}
            </div>
          ),
        },
        { title: 'User name', cell: user => <span class="mono">@{user.username}</span> },
        { title: 'Mail', cell: user => <span class="clip">{user.email}</span> },
        { title: 'Signed in', kind: 'narrow', cell: user => <Ago at={user.last_sign_in_at} /> },
        { title: '', kind: 'actions', cell: user => <Actions user={user} onEdit={onEdit} onChanged={onChanged} /> },
      ]}
    />
  )
}

type ActionsProps = { readonly user: User; readonly onEdit: (user: User) => void; readonly onChanged: () => void }

function Actions({ user, onEdit, onChanged }: ActionsProps): JSX.Element {
  const isSelf = user.id === currentUser.value?.id
  const isBlocked = user.state === 'blocked'
  async function block(): Promise<void> {
    const body = <p>{user.name} is signed out everywhere, and every token stops working. It can be undone.</p>
    if (!isBlocked && !(await confirm({ title: `Block ${user.name}?`, body, action: 'Block' }))) return
    await attempt(async () => {
      await setUserBlocked(user.id, !isBlocked)
      return isBlocked ? `${user.name} may sign in again.` : `${user.name} is blocked.`
    })
    onChanged()
  }
  async function remove(): Promise<void> {
    const body = (
      <p>
        The account, its tokens and its memberships are deleted. Pipelines and images stay, without the name. This
        cannot be undone.
      </p>
    )
    if (!(await confirm({ title: `Delete ${user.name}?`, body, action: 'Delete user', typed: user.username }))) return
    await attempt(async () => {
      await deleteUser(user.id)
      return `${user.name} was deleted.`
    })
    onChanged()
  }
  return (
    <span class="row">
      <Button small kind="quiet" icon="edit" label={`Change ${user.name}`} onClick={() => onEdit(user)} />
      {!isSelf && (
        <Button
          small
          kind="quiet"
          icon={isBlocked ? 'play' : 'lock'}
          label={`${isBlocked ? 'Unblock' : 'Block'} ${user.name}`}
          onClick={() => void block()}
        />
      )}
      {!isSelf && (
        <Button small kind="quiet" icon="trash" label={`Delete ${user.name}`} onClick={() => void remove()} />
      )}
    </span>
  )
}
