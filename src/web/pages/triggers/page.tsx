import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useProject } from '../../api/projects.ts'
import { useResource } from '../../api/resource.ts'
import { listTriggers, revokeTrigger, type Trigger } from '../../api/triggers.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { ShownOnce } from '../tokens/shown-once.tsx'
import { NewTrigger } from './new-trigger.tsx'
import { TriggerCommand } from './trigger-command.tsx'
import { TriggerTable } from './trigger-table.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  const triggers = useResource(`triggers:${path}`, signal => listTriggers(path, signal))
  const [isAdding, setAdding] = useState(false)
  const [made, setMade] = useState<Trigger | null>(null)
  const reload = (): void => void triggers.reload()

  async function revoke(trigger: Trigger): Promise<void> {
    const body = <p>What starts pipelines with it can start none any more. This cannot be undone.</p>
    if (!(await confirm({ title: `Revoke ${trigger.description}?`, body, action: 'Revoke token' }))) return
    await attempt(async () => {
      await revokeTrigger(path, trigger.id)
      return `${trigger.description} was revoked.`
    })
    if (made?.id === trigger.id) setMade(null)
    reload()
  }

  return (
    <>
      <PageHead
        title="Pipeline trigger tokens"
        windowTitle={`Trigger tokens of ${path}`}
        actions={
          <Button icon="plus" onClick={() => setAdding(true)}>
            New token
          </Button>
        }
      >
        <p class="soft">Each lets another system start pipelines of this project, with the rights of who made it.</p>
      </PageHead>
      <div class="stack">
        {made !== null && <ShownOnce name={made.description} secret={made.token} onClose={() => setMade(null)} />}
        <Panel>
          <Loaded of={triggers} rows={3}>
            {rows =>
              rows.length === 0 ? (
                <Empty icon="bolt" title="No trigger token yet">
                  <p class="empty-text">
                    Make one for the system that is to start pipelines here: another project, a script, a webhook. Then
                    use it in the command below.
                  </p>
                </Empty>
              ) : (
                <TriggerTable rows={rows} onRevoke={trigger => void revoke(trigger)} />
              )
            }
          </Loaded>
        </Panel>
        <Loaded of={project} rows={3}>
          {data => (
            <TriggerCommand
              projectId={data.id}
              defaultRef={data.default_branch ?? 'main'}
              token={made === null ? null : made.token}
            />
          )}
        </Loaded>
      </div>
      {isAdding && (
        <NewTrigger
          path={path}
          onClose={() => setAdding(false)}
          onMade={trigger => {
            setMade(trigger)
            reload()
          }}
        />
      )}
    </>
  )
}
