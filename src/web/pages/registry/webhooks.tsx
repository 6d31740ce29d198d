import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import {
  addWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  repeatDelivery,
  type Webhook,
} from '../../api/registry-webhooks.ts'
import { useResource } from '../../api/resource.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { Deliveries } from '../../webhooks/deliveries.tsx'

/** Addresses that are told of each push and deletion of an image. */
export function Webhooks({ path }: { readonly path: string }): JSX.Element {
  const webhooks = useResource(`registry-webhooks:${path}`, signal => listWebhooks(path, signal))
  const [isAdding, setAdding] = useState(false)
  const [shown, setShown] = useState<Webhook | null>(null)
  const reload = (): void => void webhooks.reload()

  async function remove(webhook: Webhook): Promise<void> {
    const question = {
      title: 'Delete this webhook?',
      body: <p>{webhook.url} is told nothing more.</p>,
      action: 'Delete webhook',
    }
    if (!(await confirm(question))) return
    await attempt(async () => {
      await removeWebhook(path, webhook.id)
      return 'The webhook was deleted.'
    })
    reload()
  }

  return (
    <Panel
      title="Webhooks"
      actions={
        <Button small icon="plus" onClick={() => setAdding(true)}>
          Add webhook
        </Button>
      }
    >
      <Loaded of={webhooks} rows={2}>
        {rows =>
          rows.length === 0 ? (
            <Empty icon="hook" title="No webhook yet">
              <p class="empty-text">
                A webhook tells another system when an image is pushed or deleted: to deploy it, to scan it.
              </p>
            </Empty>
          ) : (
            <Table<Webhook>
              name="Webhooks"
              rows={rows}
              keyOf={webhook => webhook.id}
              columns={[
                { title: 'Address', kind: 'main', cell: webhook => <span class="mono clip">{webhook.url}</span> },
                { title: 'Told of', cell: eventWords },
                { title: 'Signed', kind: 'narrow', cell: webhook => (webhook.has_secret ? 'yes' : 'no') },
                {
                  title: '',
                  kind: 'actions',
                  cell: webhook => (
                    <span class="row">
                      <Button
                        small
                        kind="quiet"
                        icon="list"
                        label={`Deliveries to ${webhook.url}`}
                        onClick={() => setShown(webhook)}
                      />
                      <Button
                        small
                        kind="quiet"
                        icon="trash"
                        label={`Delete the webhook to ${webhook.url}`}
                        onClick={() => void remove(webhook)}
                      />
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {isAdding && <NewWebhook path={path} onClose={() => setAdding(false)} onDone={reload} />}
      {shown !== null && (
        <Deliveries
          id={`registry:${path}:${shown.id}`}
          url={shown.url}
          list={signal => listDeliveries(path, shown.id, signal)}
          repeat={delivery => repeatDelivery(path, shown.id, delivery.id)}
          onClose={() => setShown(null)}
        />
      )}
    </Panel>
  )
}

function eventWords(webhook: Webhook): string {
  return [webhook.push_events && 'push', webhook.delete_events && 'deletion'].filter(Boolean).join(' and ') || 'nothing'
}

type NewWebhookProps = { readonly path: string; readonly onClose: () => void; readonly onDone: () => void }

function NewWebhook({ path, onClose, onDone }: NewWebhookProps): JSX.Element {
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState('')
  const [push, setPush] = useState(true)
  const [deletion, setDeletion] = useState(true)
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const input = { url, push_events: push, delete_events: deletion, ...(secret === '' ? {} : { secret }) }
    const done = await attempt(async () => {
      await addWebhook(path, input)
      return 'The webhook was added.'
    })
    setBusy(false)
    if (!done) return
    onDone()
    onClose()
  }

  return (
    <Dialog title="Add webhook" onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField label="Address" type="url" value={url} onInput={setUrl} required focus placeholder="https://" />
        <TextField
          label="Secret"
          type="password"
          autocomplete="new-password"
          value={secret}
          onInput={setSecret}
          hint="At least 8 characters; each delivery is signed with it. It is not shown again."
        />
        <CheckField label="Told of pushes" checked={push} onChange={setPush} />
        <CheckField label="Told of deletions" checked={deletion} onChange={setDeletion} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={!push && !deletion}>
            Add webhook
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
