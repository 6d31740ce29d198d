import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { listRunners, type Runner } from '../../api/runners.ts'
import { useEvents, useThrottled } from '../../live/use-events.ts'
import { currentUser } from '../../session.ts'
import { Button } from '../../ui/button.tsx'
import { Command } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { countWords } from '../../words.ts'
import { EnableRunner } from './enable-runner.tsx'
import { RunnerDialog } from './runner-dialog.tsx'
import { RunnerTable } from './runner-table.tsx'

type RunnerListProps = {
  /** Null: all of the instance. */
  readonly project: { readonly path: string; readonly id: number } | null
  readonly mayChange: boolean
}

export function RunnerList({ project, mayChange }: RunnerListProps): JSX.Element {
  const runners = useResource(`runners:${project?.path ?? ''}`, signal => listRunners(project?.path ?? null, signal))
  const reload = useThrottled(() => void runners.reload(), 2000)
  useEvents(currentUser.value?.is_admin ? ['runners'] : [], reload, reload)
  const [editing, setEditing] = useState<Runner | 'new' | null>(null)
  const [isEnabling, setEnabling] = useState(false)
  return (
    <>
      <Panel
        title={countWords(runners.data?.length ?? 0, 'runner')}
        actions={
          mayChange && (
            <>
              {project !== null && (
                <Button small onClick={() => setEnabling(true)}>
                  Enable another
                </Button>
              )}
              <Button small icon="plus" onClick={() => setEditing('new')}>
                New runner
              </Button>
            </>
          )
        }
      >
        <Loaded of={runners}>
          {rows =>
            rows.length === 0 ? (
              <Empty icon="runner" title="No runner yet">
                <p class="empty-text">A runner takes jobs and runs them in Docker. On a machine with Docker:</p>
                <Command text={`slipway runner register --url ${location.origin}\nslipway runner`} />
              </Empty>
            ) : (
              <RunnerTable rows={rows} project={project} mayChange={mayChange} onEdit={setEditing} onChanged={reload} />
            )
          }
        </Loaded>
      </Panel>
      {editing !== null && (
        <RunnerDialog
          before={editing === 'new' ? null : editing}
          projectId={project?.id ?? null}
          onClose={() => setEditing(null)}
          onDone={reload}
        />
      )}
      {isEnabling && project !== null && (
        <EnableRunner
          project={project.path}
          known={runners.data ?? []}
          onClose={() => setEnabling(false)}
          onDone={reload}
        />
      )}
    </>
  )
}
