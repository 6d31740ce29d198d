import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { deleteRunner, listRunners, type Runner, setRunnerPaused } from '../../api/runners.ts'
import { useEvents, useThrottled } from '../../live/use-events.ts'
import { currentUser } from '../../session.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Command } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { countWords } from '../../words.ts'
import { RunnerDialog } from './runner-dialog.tsx'
import { RunningJobs } from './running-jobs.tsx'

type RunnerListProps = {
  /** Null: all of the instance. */
  readonly project: { readonly path: string; readonly id: number } | null
  readonly mayChange: boolean
}

const scopes: Readonly<Record<Runner['runner_type'], string>> = {
  instance_type: 'instance',
  group_type: 'group',
  project_type: 'project',
}

export function RunnerList({ project, mayChange }: RunnerListProps): JSX.Element {
  const runners = useResource(`runners:${project?.path ?? ''}`, signal => listRunners(project?.path ?? null, signal))
  const reload = useThrottled(() => void runners.reload(), 2000)
  useEvents(currentUser.value?.is_admin ? ['runners'] : [], reload, reload)
  const [editing, setEditing] = useState<Runner | 'new' | null>(null)
  return (
    <>
      <Panel
        title={countWords(runners.data?.length ?? 0, 'runner')}
        actions={
          mayChange && (
            <Button small icon="plus" onClick={() => setEditing('new')}>
              New runner
            </Button>
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
              <RunnerTable
                rows={rows}
                own={project !== null}
                mayChange={mayChange}
                onEdit={setEditing}
                onChanged={reload}
              />
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
    </>
  )
}

type RunnerTableProps = {
  readonly rows: readonly Runner[]
  /** In a project: runners of the instance are shown, but not changed here. */
  readonly own: boolean
  readonly mayChange: boolean
  readonly onEdit: (runner: Runner) => void
  readonly onChanged: () => void
}

function RunnerTable({ rows, own, mayChange, onEdit, onChanged }: RunnerTableProps): JSX.Element {
  const mayChangeOne = (runner: Runner): boolean =>
    mayChange && (!own || runner.runner_type === 'project_type' || currentUser.value?.is_admin === true)
  return (
    <Table<Runner>
      name="Runners"
      rows={rows}
      keyOf={runner => runner.id}
      columns={[
        { title: 'State', isPlain: true, kind: 'narrow', cell: runner => <State of={runner} /> },
        { title: 'Runner', kind: 'main', cell: runner => <Name of={runner} /> },
        { title: 'Does now', cell: runner => <RunningJobs runner={runner} /> },
        { title: 'Heard', kind: 'narrow', cell: runner => <Ago at={runner.contacted_at} /> },
        {
          title: '',
          kind: 'actions',
          cell: runner => mayChangeOne(runner) && <Actions runner={runner} onEdit={onEdit} onChanged={onChanged} />,
        },
      ]}
    />
  )
}

function State({ of }: { readonly of: Runner }): JSX.Element {
  if (of.paused) return <span class="status tone-amber">paused</span>
  if (of.status === 'online') return <span class="status tone-green">online</span>
  return <span class="status tone-grey">{of.status.replaceAll('_', ' ')}</span>
}

function Name({ of }: { readonly of: Runner }): JSX.Element {
  return (
    <div class="two-lines">
      <span class="row">
        <span class="strong">{of.description || `Runner ${of.id}`}</span>
        <span class="faint">#{of.id}</span>
      </span>
      <span class="row">
        <span class="tag">{scopes[of.runner_type]}</span>
        {of.access_level === 'ref_protected' && <span class="tag">protected refs only</span>}
        {of.run_untagged === false && <span class="tag">tagged jobs only</span>}
        {(of.tag_list ?? []).map(tag => (
          <span key={tag} class="tag tag-ref">
            {tag}
          </span>
        ))}
        {of.version && (
          <span class="faint small">
            {of.version} {of.platform} {of.architecture}
          </span>
        )}
      </span>
    </div>
  )
}

type ActionsProps = {
  readonly runner: Runner
  readonly onEdit: (runner: Runner) => void
  readonly onChanged: () => void
}

function Actions({ runner, onEdit, onChanged }: ActionsProps): JSX.Element {
  const name = runner.description || `runner ${runner.id}`
  async function pause(): Promise<void> {
    await attempt(async () => {
      await setRunnerPaused(runner.id, !runner.paused)
      return runner.paused ? `${name} takes jobs again.` : `${name} takes no new jobs. What it runs goes on.`
    })
    onChanged()
  }
  async function remove(): Promise<void> {
    const body = <p>Its token stops working. Jobs that it runs fail.</p>
    if (!(await confirm({ title: `Delete ${name}?`, body, action: 'Delete runner' }))) return
    await attempt(async () => {
      await deleteRunner(runner.id)
      return `${name} was deleted.`
    })
    onChanged()
  }
  return (
    <span class="row">
      <Button
        small
        kind="quiet"
        icon={runner.paused ? 'play' : 'pause'}
        label={`${runner.paused ? 'Resume' : 'Pause'} ${name}`}
        onClick={() => void pause()}
      />
      <Button small kind="quiet" icon="edit" label={`Change ${name}`} onClick={() => onEdit(runner)} />
      <Button small kind="quiet" icon="trash" label={`Delete ${name}`} onClick={() => void remove()} />
    </span>
  )
}
