import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { developer, levelIn, useProject } from '../../api/projects.ts'
import { useResource } from '../../api/resource.ts'
import {
  deleteSchedule,
  listSchedules,
  playSchedule,
  readSchedule,
  type Schedule,
  setScheduleActive,
} from '../../api/schedules.ts'
import { RefLink } from '../../ci/refs.tsx'
import { pipelinePath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Person } from '../../ui/person.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { cronWords } from './cron-words.ts'
import { ScheduleDialog } from './schedule-dialog.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  const schedules = useResource(`schedules:${path}`, signal => listSchedules(path, signal))
  const [editing, setEditing] = useState<Schedule | 'new' | null>(null)
  const mayChange = levelIn(project.data, currentUser.value?.is_admin ?? false) >= developer
  const reload = (): void => void schedules.reload()
  return (
    <>
      <PageHead
        title="Schedules"
        windowTitle={`Schedules of ${path}`}
        actions={
          mayChange && (
            <Button icon="plus" onClick={() => setEditing('new')}>
              New schedule
            </Button>
          )
        }
      />
      <Panel>
        <Loaded of={schedules}>
          {rows =>
            rows.length === 0 ? (
              <Empty icon="calendar" title="No schedule yet">
                <p class="empty-text">
                  A schedule runs the pipeline of a branch at fixed times: a nightly build, a weekly scan.
                </p>
              </Empty>
            ) : (
              <ScheduleTable path={path} rows={rows} mayChange={mayChange} onEdit={setEditing} onChanged={reload} />
            )
          }
        </Loaded>
      </Panel>
      {editing !== null && (
        <ScheduleDialog
          path={path}
          before={editing === 'new' ? null : editing}
          defaultRef={project.data?.default_branch ?? 'main'}
          onClose={() => setEditing(null)}
          onDone={reload}
        />
      )}
    </>
  )
}

type ScheduleTableProps = {
  readonly path: string
  readonly rows: readonly Schedule[]
  readonly mayChange: boolean
  readonly onEdit: (schedule: Schedule) => void
  readonly onChanged: () => void
}

function ScheduleTable({ path, rows, mayChange, onEdit, onChanged }: ScheduleTableProps): JSX.Element {
  return (
    <Table<Schedule>
      name="Schedules"
      rows={rows}
      keyOf={schedule => schedule.id}
      columns={[
        {
          title: 'Schedule',
          kind: 'main',
          cell: schedule => (
            <div class="two-lines">
              <span class="strong clip">{schedule.description}</span>
              <span class="soft small">
                {cronWords(schedule.cron)} <span class="faint">{schedule.cron_timezone}</span>
              </span>
            </div>
          ),
        },
        {
          title: 'For',
          kind: 'narrow',
          cell: schedule => (
            <RefLink
              project={path}
              name={schedule.ref.replace(/^refs\/(heads|tags)\//, '')}
              isTag={schedule.ref.startsWith('refs/tags/')}
            />
          ),
        },
        {
          title: 'Next',
          kind: 'narrow',
          cell: schedule =>
            schedule.active && schedule.next_run_at ? <Ago at={schedule.next_run_at} /> : <span class="tag">off</span>,
        },
        {
          title: 'Last',
          kind: 'narrow',
          cell: schedule =>
            schedule.last_pipeline ? (
              <a class="row nowrap" href={pipelinePath(path, schedule.last_pipeline.id)}>
                <StatusIcon status={schedule.last_pipeline.status} /> #{schedule.last_pipeline.id}
              </a>
            ) : (
              <span class="faint">never</span>
            ),
        },
        { title: 'Owner', kind: 'narrow', cell: schedule => <Person of={schedule.owner} /> },
        {
          title: '',
          kind: 'actions',
          cell: schedule =>
            mayChange && <Actions path={path} schedule={schedule} onEdit={onEdit} onChanged={onChanged} />,
        },
      ]}
    />
  )
}

type ActionsProps = {
  readonly path: string
  readonly schedule: Schedule
  readonly onEdit: (schedule: Schedule) => void
  readonly onChanged: () => void
}

function Actions({ path, schedule, onEdit, onChanged }: ActionsProps): JSX.Element {
  async function act(run: () => Promise<unknown>, done: string): Promise<void> {
    await attempt(async () => {
      await run()
      return done
    })
    onChanged()
  }
  async function edit(): Promise<void> {
    await attempt(async () => {
      onEdit(await readSchedule(path, schedule.id))
      return null
    })
  }
  async function remove(): Promise<void> {
    if (
      !(await confirm({
        title: `Delete “${schedule.description}”?`,
        body: <p>Pipelines that it started stay.</p>,
        action: 'Delete schedule',
      }))
    )
      return
    await act(() => deleteSchedule(path, schedule.id), 'The schedule was deleted.')
  }
  return (
    <span class="row">
      <Button
        small
        kind="quiet"
        icon="play"
        label={`Run ${schedule.description} now`}
        onClick={() => void act(() => playSchedule(path, schedule.id), 'Its pipeline starts.')}
      />
      <Button
        small
        kind="quiet"
        icon={schedule.active ? 'pause' : 'bolt'}
        label={`${schedule.active ? 'Switch off' : 'Switch on'} ${schedule.description}`}
        onClick={() =>
          void act(
            () => setScheduleActive(path, schedule.id, !schedule.active),
            schedule.active ? 'The schedule is off.' : 'The schedule is on.',
          )
        }
      />
      <Button small kind="quiet" icon="edit" label={`Change ${schedule.description}`} onClick={() => void edit()} />
      <Button small kind="quiet" icon="trash" label={`Delete ${schedule.description}`} onClick={() => void remove()} />
    </span>
  )
}
