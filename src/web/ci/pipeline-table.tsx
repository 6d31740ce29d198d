import type { JSX } from 'preact'
import { actOnPipeline, type PipelineRow, type StageStatus } from '../api/pipelines.ts'
import { pipelinePath, projectPath } from '../paths.ts'
import { attempt } from '../ui/action.ts'
import { Button } from '../ui/button.tsx'
import { Person } from '../ui/person.tsx'
import { Status, StatusIcon } from '../ui/status.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Ago, Duration } from '../ui/time.tsx'
import { CommitLink, RefLink } from './refs.tsx'
import { sourceWords } from './source-words.ts'
import { isActive, statusOf } from './status-of.ts'

type PipelineTableProps = {
  readonly rows: readonly PipelineRow[]
  readonly showProject?: boolean
  /** May the reader retry and cancel? */
  readonly mayAct: boolean
  readonly onChanged: () => void
}

export function PipelineTable({ rows, showProject = false, mayAct, onChanged }: PipelineTableProps): JSX.Element {
  const columns: Column<PipelineRow>[] = [
    { title: 'Status', kind: 'narrow', isPlain: true, cell: row => <Status status={statusOf(row)} /> },
    { title: 'Pipeline', kind: 'main', cell: row => <Title row={row} showProject={showProject} /> },
    {
      title: 'Stages',
      kind: 'narrow',
      isPlain: true,
      cell: row => <Stages stages={row.stages} href={pipelinePath(row.project_path, row.id)} />,
    },
    { title: 'By', kind: 'narrow', isPlain: true, cell: row => <Person of={row.user} /> },
    { title: 'When', kind: 'narrow', isPlain: true, cell: row => <When row={row} /> },
  ]
  if (mayAct) columns.push({ title: '', kind: 'actions', cell: row => <Actions row={row} onChanged={onChanged} /> })
  return <Table name="Pipelines" columns={columns} rows={rows} keyOf={row => row.id} />
}

function Title({ row, showProject }: { readonly row: PipelineRow; readonly showProject: boolean }): JSX.Element {
  return (
    <div class="two-lines">
      <a class="clip strong" href={pipelinePath(row.project_path, row.id)}>
        {row.name ?? (row.commit_title || `Pipeline ${row.iid}`)}
      </a>
      <span class="facts">
        {showProject && <a href={projectPath(row.project_path)}>{row.project_path}</a>}
        <span title={`Pipeline ${row.id}, number ${row.iid} of this project`}>#{row.id}</span>
        <RefLink project={row.project_path} name={row.ref} isTag={row.tag} />
        <CommitLink project={row.project_path} sha={row.sha} />
        {row.source !== 'push' && <span>{sourceWords(row.source)}</span>}
      </span>
    </div>
  )
}

/** A dot for each stage, so that one sees where it stands without opening it. */
function Stages({
  stages,
  href,
}: {
  readonly stages: readonly StageStatus[]
  readonly href: string
}): JSX.Element | null {
  if (stages.length === 0) return null
  return (
    <a class="stage-dots" href={href} aria-label={stages.map(stage => `${stage.name}: ${stage.status}`).join(', ')}>
      {stages.map(stage => (
        <span
          key={stage.name}
          title={`${stage.name}: ${stage.jobs} ${stage.jobs === 1 ? 'job' : 'jobs'}`}
          aria-hidden="true"
        >
          <StatusIcon status={stage.status === 'success' && stage.has_warnings ? 'warning' : stage.status} />
        </span>
      ))}
    </a>
  )
}

function When({ row }: { readonly row: PipelineRow }): JSX.Element {
  return (
    <div class="two-lines when">
      <Ago at={row.created_at} />
      <span class="soft small">
        <Duration seconds={row.duration} startedAt={row.started_at} finishedAt={row.finished_at} />
      </span>
    </div>
  )
}

function Actions({
  row,
  onChanged,
}: {
  readonly row: PipelineRow
  readonly onChanged: () => void
}): JSX.Element | null {
  async function act(action: 'retry' | 'cancel'): Promise<void> {
    await attempt(async () => {
      await actOnPipeline(row.project_path, row.id, action)
      return action === 'retry'
        ? `The failed jobs of pipeline #${row.id} start anew.`
        : `Pipeline #${row.id} is being canceled.`
    })
    onChanged()
  }
  if (isActive(row.status))
    return (
      <Button small kind="quiet" icon="cross" label={`Cancel pipeline ${row.id}`} onClick={() => void act('cancel')} />
    )
  if (row.status === 'failed' || row.status === 'canceled') {
    return (
      <Button
        small
        kind="quiet"
        icon="retry"
        label={`Retry the failed jobs of pipeline ${row.id}`}
        onClick={() => void act('retry')}
      />
    )
  }
  return null
}
