import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type Hook, listHooks, removeHook } from '../../api/hooks.ts'
import { useResource } from '../../api/resource.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { HookDeliveries } from './hook-deliveries.tsx'
import { HookDialog } from './hook-dialog.tsx'
import { HookTable } from './hook-table.tsx'

type Open = { readonly what: 'new' } | { readonly what: 'edit' | 'deliveries'; readonly hook: Hook }

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const hooks = useResource(`hooks:${path}`, signal => listHooks(path, signal))
  const [open, setOpen] = useState<Open | null>(null)
  const close = (): void => setOpen(null)
  const reload = (): void => void hooks.reload()

  async function remove(hook: Hook): Promise<void> {
    const body = <p>{hook.url} is told nothing more, and the log of its deliveries goes.</p>
    if (!(await confirm({ title: 'Delete this webhook?', body, action: 'Delete webhook' }))) return
    await attempt(async () => {
      await removeHook(path, hook.id)
      return 'The webhook was deleted.'
    })
    reload()
  }

  return (
    <>
      <PageHead
        title="Webhooks"
        windowTitle={`Webhooks of ${path}`}
        actions={
          <Button icon="plus" onClick={() => setOpen({ what: 'new' })}>
            Add webhook
          </Button>
        }
      >
        <p class="soft">Addresses that are told, by a POST of JSON, of what happens in this project.</p>
      </PageHead>
      <Panel>
        <Loaded of={hooks} rows={3}>
          {rows =>
            rows.length === 0 ? (
              <Empty icon="hook" title="No webhook yet">
                <p class="empty-text">
                  A webhook tells a chat, a dashboard or another tool when somebody pushes, when a pipeline ends or when
                  a release is made. Add one with the address that the other tool gives you, then send it a test.
                </p>
              </Empty>
            ) : (
              <HookTable
                rows={rows}
                onDeliveries={hook => setOpen({ what: 'deliveries', hook })}
                onEdit={hook => setOpen({ what: 'edit', hook })}
                onRemove={hook => void remove(hook)}
              />
            )
          }
        </Loaded>
      </Panel>
      {open?.what === 'new' && <HookDialog path={path} before={null} onClose={close} onDone={reload} />}
      {open?.what === 'edit' && <HookDialog path={path} before={open.hook} onClose={close} onDone={reload} />}
      {open?.what === 'deliveries' && <HookDeliveries path={path} hook={open.hook} onClose={close} />}
    </>
  )
}
