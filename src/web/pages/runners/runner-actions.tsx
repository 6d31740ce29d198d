import type { JSX } from 'preact'
import { deleteRunner, disableRunner, type Runner, setRunnerPaused } from '../../api/runners.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'

type RunnerActionsProps = {
  readonly runner: Runner
  /** Where it is looked at; null: in the instance. */
  readonly project: string | null
  readonly onEdit: (runner: Runner) => void
  readonly onChanged: () => void
}

export function RunnerActions({ runner, project, onEdit, onChanged }: RunnerActionsProps): JSX.Element {
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
  async function disable(from: string): Promise<void> {
    const body = <p>It takes no more jobs of this project. It goes on working for its other projects.</p>
    if (!(await confirm({ title: `Disable ${name} for this project?`, body, action: 'Disable runner' }))) return
    await attempt(async () => {
      await disableRunner(from, runner.id)
      return `${name} was disabled for this project.`
    })
    onChanged()
  }
  const isShared = runner.runner_type === 'project_type' && (runner.projects?.length ?? 0) > 1
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
      {project !== null && isShared ? (
        <Button
          small
          kind="quiet"
          icon="minus"
          label={`Disable ${name} for this project`}
          onClick={() => void disable(project)}
        />
      ) : (
        <Button small kind="quiet" icon="trash" label={`Delete ${name}`} onClick={() => void remove()} />
      )}
    </span>
  )
}
