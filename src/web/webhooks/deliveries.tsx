// The log of what a webhook was sent: of the registry's and of projects'.
import type { ComponentChildren, JSX } from 'preact'
import type { Delivery } from '../api/deliveries.ts'
import { useResource } from '../api/resource.ts'
import { attempt } from '../ui/action.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Loaded } from '../ui/loading.tsx'
import { Table } from '../ui/table.tsx'
import { Ago } from '../ui/time.tsx'
import './deliveries.css'

type DeliveriesProps = {
  /** Names the webhook for as long as the tab lives. */
  readonly id: string
  readonly url: string
  readonly list: (signal: AbortSignal) => Promise<readonly Delivery[]>
  readonly repeat: (delivery: Delivery) => Promise<unknown>
  readonly onClose: () => void
  /** Above the log; `reload` reads it anew. */
  readonly children?: (reload: () => Promise<void>) => ComponentChildren
}

const tones: Readonly<Record<Delivery['state'], string>> = { delivered: 'green', failed: 'red', waiting: 'amber' }

export function Deliveries({ id, url, list, repeat, onClose, children }: DeliveriesProps): JSX.Element {
  const deliveries = useResource(`deliveries:${id}`, list)

  async function again(delivery: Delivery): Promise<void> {
    await attempt(async () => {
      await repeat(delivery)
      return 'It is delivered again.'
    })
    await deliveries.reload()
  }

  return (
    <Dialog title={`Deliveries to ${url}`} onClose={onClose} wide>
      {children?.(deliveries.reload)}
      <Loaded of={deliveries} rows={3}>
        {rows =>
          rows.length === 0 ? (
            <p class="soft">Nothing was delivered yet.</p>
          ) : (
            <DeliveryTable rows={rows} onRepeat={again} />
          )
        }
      </Loaded>
    </Dialog>
  )
}

type DeliveryTableProps = {
  readonly rows: readonly Delivery[]
  readonly onRepeat: (delivery: Delivery) => Promise<void>
}

function DeliveryTable({ rows, onRepeat }: DeliveryTableProps): JSX.Element {
  return (
    <Table<Delivery>
      name="Deliveries"
      rows={rows}
      keyOf={delivery => delivery.id}
      columns={[
        {
          title: 'State',
          kind: 'narrow',
          isPlain: true,
          cell: delivery => <span class={`status tone-${tones[delivery.state]}`}>{delivery.state}</span>,
        },
        { title: 'Sent', kind: 'main', cell: delivery => <Sent delivery={delivery} /> },
        { title: 'Answer', cell: delivery => delivery.answer || <span class="faint">none yet</span> },
        { title: 'Tries', kind: 'right', cell: delivery => delivery.attempts },
        { title: 'Made', kind: 'narrow', cell: delivery => <Ago at={delivery.createdAt} /> },
        {
          title: '',
          kind: 'actions',
          cell: delivery =>
            delivery.state !== 'waiting' && (
              <Button
                small
                kind="quiet"
                icon="retry"
                label={`Deliver again: ${delivery.event}`}
                onClick={() => void onRepeat(delivery)}
              />
            ),
        },
      ]}
    />
  )
}

function Sent({ delivery }: { readonly delivery: Delivery }): JSX.Element {
  if (delivery.body === undefined) return <span>{delivery.event}</span>
  return (
    <details>
      <summary>{delivery.event}</summary>
      <pre class="delivery-body">{JSON.stringify(delivery.body, null, 2)}</pre>
    </details>
  )
}
