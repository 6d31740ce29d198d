import type { JSX } from 'preact'
import type { Hook } from '../../api/hooks.ts'
import { Button } from '../../ui/button.tsx'
import { Table } from '../../ui/table.tsx'
import { eventsOf, eventWords } from './event-words.ts'

type HookTableProps = {
  readonly rows: readonly Hook[]
  readonly onDeliveries: (hook: Hook) => void
  readonly onEdit: (hook: Hook) => void
  readonly onRemove: (hook: Hook) => void
}

export function HookTable({ rows, onDeliveries, onEdit, onRemove }: HookTableProps): JSX.Element {
  return (
    <Table<Hook>
      name="Webhooks"
      rows={rows}
      keyOf={hook => hook.id}
      columns={[
        { title: 'Webhook', kind: 'main', cell: hook => <Name of={hook} /> },
        { title: 'Told of', cell: hook => <Events of={hook} /> },
        { title: 'Signed', kind: 'narrow', cell: hook => (hook.has_token ? 'yes' : 'no') },
        {
          title: '',
          kind: 'actions',
          cell: hook => (
            <span class="row">
              <Button small label={`Test, and see deliveries to ${hook.url}`} onClick={() => onDeliveries(hook)}>
                Test
              </Button>
              <Button
                small
                kind="quiet"
                icon="edit"
                label={`Change the webhook to ${hook.url}`}
                onClick={() => onEdit(hook)}
              />
              <Button
                small
                kind="quiet"
                icon="trash"
                label={`Delete the webhook to ${hook.url}`}
                onClick={() => onRemove(hook)}
              />
            </span>
          ),
        },
      ]}
    />
  )
}

function Name({ of }: { readonly of: Hook }): JSX.Element {
  if (of.name === '') return <span class="mono clip">{of.url}</span>
  return (
    <div class="two-lines">
      <span class="strong clip">{of.name}</span>
      <span class="mono soft small clip">{of.url}</span>
    </div>
  )
}

function Events({ of }: { readonly of: Hook }): JSX.Element {
  const events = eventsOf(of)
  if (events.length === 0) return <span class="faint">nothing</span>
  return (
    <span class="row">
      {events.map(event => (
        <span key={event} class="tag">
          {eventWords[event].short}
          {event === 'push_events' && of.push_events_branch_filter !== '' && ` to ${of.push_events_branch_filter}`}
        </span>
      ))}
    </span>
  )
}
