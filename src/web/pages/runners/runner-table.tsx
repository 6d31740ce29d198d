import type { JSX } from 'preact'
import type { Runner } from '../../api/runners.ts'
import { currentUser } from '../../session.ts'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { RunnerActions } from './runner-actions.tsx'
import { RunningJobs } from './running-jobs.tsx'

const scopes: Readonly<Record<Runner['runner_type'], string>> = {
  instance_type: 'instance',
  group_type: 'group',
  project_type: 'project',
}

type RunnerTableProps = {
  readonly rows: readonly Runner[]
  /** In a project, runners of the instance are shown, but not changed. */
  readonly project: { readonly path: string } | null
  readonly mayChange: boolean
  readonly onEdit: (runner: Runner) => void
  readonly onChanged: () => void
}

export function RunnerTable({ rows, project, mayChange, onEdit, onChanged }: RunnerTableProps): JSX.Element {
  const mayChangeOne = (runner: Runner): boolean =>
    mayChange && (project === null || runner.runner_type === 'project_type' || currentUser.value?.is_admin === true)
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
          cell: runner =>
            mayChangeOne(runner) && (
              <RunnerActions runner={runner} project={project?.path ?? null} onEdit={onEdit} onChanged={onChanged} />
            ),
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
