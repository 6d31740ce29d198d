import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import {
  changeMember,
  listAllMembers,
  listMembers,
  type Member,
  removeMember,
  roleChoices,
  roleName,
} from '../../api/members.ts'
import { useResource } from '../../api/resource.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Select } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Person } from '../../ui/person.tsx'
import { Table } from '../../ui/table.tsx'
import { countWords } from '../../words.ts'
import { AddMember } from './add-member.tsx'

type Row = Member & { readonly isDirect: boolean }
type MemberListProps = { readonly base: string; readonly mayChange: boolean }

export function MemberList({ base, mayChange }: MemberListProps): JSX.Element {
  const members = useResource(`members:${base}`, signal => readRows(base, signal))
  const [isAdding, setAdding] = useState(false)
  const reload = (): void => void members.reload()

  async function setRole(member: Row, level: number): Promise<void> {
    await attempt(async () => {
      await changeMember(base, member.id, { access_level: level, expires_at: member.expires_at })
      return `${member.name} is ${roleName(level)} now.`
    })
    reload()
  }

  async function remove(member: Row): Promise<void> {
    const body = <p>Work of {member.name} stays: pushes, pipelines, images. Pipelines that run in this name go on.</p>
    if (!(await confirm({ title: `Remove ${member.name}?`, body, action: 'Remove member' }))) return
    await attempt(async () => {
      await removeMember(base, member.id)
      return `${member.name} is no member any more.`
    })
    reload()
  }

  return (
    <>
      <Panel
        title={countWords(members.data?.length ?? 0, 'member')}
        actions={
          mayChange && (
            <Button small icon="plus" onClick={() => setAdding(true)}>
              Add member
            </Button>
          )
        }
      >
        <Loaded of={members}>
          {rows =>
            rows.length === 0 ? (
              <Empty icon="users" title="No member yet" />
            ) : (
              <Table<Row>
                name="Members"
                rows={rows}
                keyOf={member => member.id}
                columns={[
                  { title: 'Member', kind: 'main', cell: member => <Person of={member} /> },
                  { title: 'User name', cell: member => <span class="mono">@{member.username}</span> },
                  { title: 'Until', kind: 'narrow', cell: member => member.expires_at ?? 'without end' },
                  {
                    title: 'Role',
                    kind: 'narrow',
                    cell: member => (
                      <Role member={member} mayChange={mayChange} onChange={level => void setRole(member, level)} />
                    ),
                  },
                  {
                    title: '',
                    kind: 'actions',
                    cell: member =>
                      mayChange &&
                      member.isDirect && (
                        <Button
                          small
                          kind="quiet"
                          icon="trash"
                          label={`Remove ${member.name}`}
                          onClick={() => void remove(member)}
                        />
                      ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
      {isAdding && <AddMember base={base} onClose={() => setAdding(false)} onDone={reload} />}
    </>
  )
}

async function readRows(base: string, signal: AbortSignal): Promise<readonly Row[]> {
  const [direct, all] = await Promise.all([listMembers(base, signal), listAllMembers(base, signal)])
  const own = new Set(direct.map(member => member.id))
  return all
    .map(member => ({ ...member, isDirect: own.has(member.id) }))
    .sort((one, other) => other.access_level - one.access_level || one.name.localeCompare(other.name))
}

type RoleProps = { readonly member: Row; readonly mayChange: boolean; readonly onChange: (level: number) => void }

function Role({ member, mayChange, onChange }: RoleProps): JSX.Element {
  if (!mayChange || !member.isDirect) {
    return (
      <span>
        {roleName(member.access_level)} {!member.isDirect && <span class="tag">by group</span>}
      </span>
    )
  }
  return (
    <Select
      name={`Role of ${member.name}`}
      value={String(member.access_level)}
      choices={roleChoices}
      onChange={level => onChange(Number(level))}
    />
  )
}
