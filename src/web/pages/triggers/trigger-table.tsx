import type { JSX } from 'preact'
import type { Trigger } from '../../api/triggers.ts'
import { Button } from '../../ui/button.tsx'
import { Person } from '../../ui/person.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'

type TriggerTableProps = { readonly rows: readonly Trigger[]; readonly onRevoke: (trigger: Trigger) => void }

export function TriggerTable({ rows, onRevoke }: TriggerTableProps): JSX.Element {
  return (
    <Table<Trigger>
      name="Pipeline trigger tokens"
      rows={rows}
      keyOf={trigger => trigger.id}
      columns={[
        {
          title: 'Token',
          kind: 'main',
          cell: trigger => (
            <div class="two-lines">
              <span class="strong clip">{trigger.description}</span>
              <span class="mono soft small">{trigger.token}…</span>
            </div>
          ),
        },
        { title: 'Owner', kind: 'narrow', cell: trigger => <Person of={trigger.owner} /> },
        { title: 'Made', kind: 'narrow', cell: trigger => <Ago at={trigger.created_at} /> },
        { title: 'Used', kind: 'narrow', cell: trigger => <Ago at={trigger.last_used} /> },
        {
          title: '',
          kind: 'actions',
          cell: trigger => (
            <Button
              small
              kind="quiet"
              icon="trash"
              label={`Revoke ${trigger.description}`}
              onClick={() => onRevoke(trigger)}
            />
          ),
        },
      ]}
    />
  )
}
