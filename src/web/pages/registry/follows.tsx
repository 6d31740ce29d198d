import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { addFollow, type Follow, listFollows, removeFollow } from '../../api/registry-follows.ts'
import { useResource } from '../../api/resource.ts'
import { pipelinePath } from '../../paths.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'

type FollowsProps = { readonly path: string; readonly defaultRef: string }

/** Images of other projects whose push starts a pipeline here. */
export function Follows({ path, defaultRef }: FollowsProps): JSX.Element {
  const follows = useResource(`follows:${path}`, signal => listFollows(path, signal))
  const [isAdding, setAdding] = useState(false)
  const reload = (): void => void follows.reload()

  async function remove(follow: Follow): Promise<void> {
    const body = <p>A push of it starts no pipeline here any more.</p>
    if (!(await confirm({ title: `Stop following ${follow.repository}?`, body, action: 'Stop following' }))) return
    await attempt(async () => {
      await removeFollow(path, follow.id)
      return `${follow.repository} is not followed any more.`
    })
    reload()
  }

  return (
    <Panel
      title="Base images"
      actions={
        <Button small icon="plus" onClick={() => setAdding(true)}>
          Follow image
        </Button>
      }
    >
      <Loaded of={follows} rows={2}>
        {rows =>
          rows.length === 0 ? (
            <Empty icon="link" title="No image is followed">
              <p class="empty-text">
                Follow the base image of your Dockerfile: when it is pushed, this project's pipeline runs.
              </p>
            </Empty>
          ) : (
            <Table<Follow>
              name="Followed images"
              rows={rows}
              keyOf={follow => follow.id}
              columns={[
                {
                  title: 'Image',
                  kind: 'main',
                  cell: follow => <span class="mono strong clip">{`${follow.repository}:${follow.tag_pattern}`}</span>,
                },
                { title: 'Runs on', cell: follow => follow.ref },
                { title: 'Last run', cell: follow => <LastRun path={path} of={follow} /> },
                {
                  title: '',
                  kind: 'actions',
                  cell: follow => (
                    <Button
                      small
                      kind="quiet"
                      icon="trash"
                      label={`Stop following ${follow.repository}`}
                      onClick={() => void remove(follow)}
                    />
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {isAdding && <NewFollow path={path} defaultRef={defaultRef} onClose={() => setAdding(false)} onDone={reload} />}
    </Panel>
  )
}

function LastRun({ path, of }: { readonly path: string; readonly of: Follow }): JSX.Element {
  const [last] = of.runs
  if (last === undefined) return <span class="faint">not yet</span>
  return (
    <span class="row">
      <Ago at={last.at} />
      {last.pipeline_id !== null && <a href={pipelinePath(path, last.pipeline_id)}>#{last.pipeline_id}</a>}
      {last.error !== null && <span class="soft small">{last.error}</span>}
    </span>
  )
}

type NewFollowProps = FollowsProps & { readonly onClose: () => void; readonly onDone: () => void }

function NewFollow({ path, defaultRef, onClose, onDone }: NewFollowProps): JSX.Element {
  const [project, setProject] = useState('')
  const [image, setImage] = useState('')
  const [pattern, setPattern] = useState('latest')
  const [ref, setRef] = useState(defaultRef)
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const done = await attempt(async () => {
      const follow = await addFollow(path, { project, tag_pattern: pattern, ref, ...(image === '' ? {} : { image }) })
      return `A push of ${follow.repository} starts a pipeline here.`
    })
    setBusy(false)
    if (!done) return
    onDone()
    onClose()
  }

  return (
    <Dialog title="Follow image" onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField
          label="Project"
          value={project}
          onInput={setProject}
          mono
          required
          focus
          hint="Its full path, for example tools/base-images."
        />
        <TextField
          label="Image in it"
          value={image}
          onInput={setImage}
          mono
          hint="What follows the project's path in the image's name; often empty."
        />
        <div class="form-row">
          <TextField
            label="Tags that match"
            value={pattern}
            onInput={setPattern}
            mono
            required
            hint="A regular expression for the whole tag."
          />
          <TextField
            label="Runs on"
            value={ref}
            onInput={setRef}
            mono
            required
            hint="A branch or tag of this project."
          />
        </div>
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Follow
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
