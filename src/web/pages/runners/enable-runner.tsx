import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { enableRunner, listManagedRunners, type Runner } from '../../api/runners.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'

type EnableRunnerProps = {
  readonly project: string
  /** Those that work for it already. */
  readonly known: readonly Runner[]
  readonly onClose: () => void
  readonly onDone: () => void
}

/** A runner of another project, of those that the reader manages, for this project, too. */
export function EnableRunner({ project, known, onClose, onDone }: EnableRunnerProps): JSX.Element {
  const managed = useResource('managed-runners', listManagedRunners)
  return (
    <Dialog title="Enable another runner" onClose={onClose}>
      <Loaded of={managed} rows={2}>
        {rows => {
          const others = rows.filter(runner => known.every(each => each.id !== runner.id))
          if (others.length > 0) return <Choice project={project} runners={others} onClose={onClose} onDone={onDone} />
          return (
            <>
              <p>
                None of the projects that you maintain has a runner of its own that is not enabled here already. Make a
                new one for this project instead.
              </p>
              <div class="dialog-actions">
                <Button onClick={onClose}>Back</Button>
              </div>
            </>
          )
        }}
      </Loaded>
    </Dialog>
  )
}

type ChoiceProps = Omit<EnableRunnerProps, 'known'> & { readonly runners: readonly Runner[] }

function Choice({ project, runners, onClose, onDone }: ChoiceProps): JSX.Element {
  const [chosen, setChosen] = useState(String(runners[0]?.id ?? ''))
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const done = await attempt(async () => {
      await enableRunner(project, Number(chosen))
      return 'The runner takes jobs of this project, too.'
    })
    setBusy(false)
    if (!done) return
    onDone()
    onClose()
  }

  return (
    <form class="stack" onSubmit={event => void submit(event)}>
      <SelectField
        label="Runner"
        value={chosen}
        choices={runners.map(({ id, description }) => ({
          value: String(id),
          label: `${description || 'Runner'} #${id}`,
        }))}
        onChange={setChosen}
        hint="Of the projects that you maintain."
      />
      <div class="dialog-actions">
        <Button onClick={onClose}>Back</Button>
        <Button type="submit" kind="primary" busy={busy}>
          Enable runner
        </Button>
      </div>
    </form>
  )
}
