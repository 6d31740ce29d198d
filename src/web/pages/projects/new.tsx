import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { wordsOf } from '../../api/api-error.ts'
import { groupsForProjects } from '../../api/groups.ts'
import { createProject } from '../../api/projects.ts'
import { useResource } from '../../api/resource.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { AreaField, SelectField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { tell } from '../../ui/toast.tsx'
import { visibilityChoices } from '../settings/general.tsx'
import { slugOf } from './slug.ts'

export function Page(): JSX.Element {
  const { query, route } = useLocation()
  const groups = useResource('groups-for-projects', groupsForProjects)
  const own = currentUser.value?.username ?? ''
  const [name, setName] = useState('')
  const [group, setGroup] = useState(query.group ?? '')
  const [visibility, setVisibility] = useState('private')
  const [description, setDescription] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const path = slugOf(name)
  const chosen = groups.data?.find(each => each.full_path === group)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      const project = await createProject({
        name,
        path,
        visibility,
        description,
        ...(chosen === undefined ? {} : { namespace_id: chosen.id }),
      })
      tell(`${project.path_with_namespace} was made.`)
      route(projectPath(project.path_with_namespace))
    } catch (error) {
      setFailure(wordsOf(error))
      setBusy(false)
    }
  }

  return (
    <>
      <PageHead title="New project" crumbs={[{ label: 'Projects', href: '/-/projects' }]} />
      <Panel padded>
        <form class="form" onSubmit={event => void submit(event)}>
          {failure !== null && <Notice tone="red">{failure}</Notice>}
          <TextField
            label="Name"
            value={name}
            onInput={setName}
            required
            focus
            hint={path === '' ? undefined : `Its path is ${chosen?.full_path ?? own}/${path}`}
          />
          <div class="form-row">
            <SelectField
              label="In"
              value={group}
              choices={[
                { value: '', label: `${own} (your own)` },
                ...(groups.data ?? []).map(each => ({ value: each.full_path, label: each.full_path })),
              ]}
              onChange={setGroup}
            />
            <SelectField label="Visibility" value={visibility} choices={visibilityChoices} onChange={setVisibility} />
          </div>
          <AreaField label="Description" value={description} onInput={setDescription} rows={2} />
          <div class="form-actions">
            <Button type="submit" kind="primary" busy={busy} disabled={path === ''}>
              Make project
            </Button>
            <LinkButton href="/-/projects">Back</LinkButton>
          </div>
        </form>
      </Panel>
    </>
  )
}
