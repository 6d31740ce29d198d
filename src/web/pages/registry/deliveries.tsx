import type { JSX } from 'preact'
import { type Delivery, listDeliveries, repeatDelivery, type Webhook } from '../../api/registry-webhooks.ts'
import { useResource } from '../../api/resource.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'

type DeliveriesProps = { readonly path: string; readonly webhook: Webhook; readonly onClose: () => void }

const tones: Readonly<Record<Delivery['state'], string>> = { delivered: 'green', failed: 'red', waiting: 'amber' }

/** The last twenty. */
export function Deliveries({ path, webhook, onClose }: DeliveriesProps): JSX.Element {
  const deliveries = useResource(`deliveries:${path}:${webhook.id}`, signal => listDeliveries(path, webhook.id, signal))

  async function repeat(delivery: Delivery): Promise<void> {
    await attempt(async () => {
      await repeatDelivery(path, webhook.id, delivery.id)
      return 'It is delivered again.'
    })
    await deliveries.reload()
  }

  return (
    <Dialog title={`Deliveries to ${webhook.url}`} onClose={onClose} wide>
      <Loaded of={deliveries}>
        {page =>
          page.items.length === 0 ? (
            <p class="soft">Nothing was delivered yet.</p>
          ) : (
            <Table<Delivery>
              name="Deliveries"
              rows={page.items}
              keyOf={delivery => delivery.id}
              columns={[
                {
                  title: 'State',
                  kind: 'narrow',
                  cell: delivery => <span class={`status tone-${tones[delivery.state]}`}>{delivery.state}</span>,
                },
                { title: 'Answer', kind: 'main', cell: answerWords },
                { title: 'Tries', kind: 'right', cell: delivery => delivery.attempts },
                { title: 'Made', kind: 'narrow', cell: delivery => <Ago at={delivery.created_at} /> },
                {
                  title: '',
                  kind: 'actions',
                  cell: delivery =>
                    delivery.state !== 'waiting' && (
                      <Button
                        small
                        kind="quiet"
                        icon="retry"
                        label="Deliver again"
                        onClick={() => void repeat(delivery)}
                      />
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Dialog>
  )
}

function answerWords(delivery: Delivery): string {
  return delivery.last_error ?? (delivery.last_status === null ? '' : String(delivery.last_status))
}
