import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import {
  changeProject,
  deleteProject,
  hasPipelines,
  hasRegistry,
  levelIn,
  owner,
  type Project,
  setProjectArchived,
  useProject,
  type Visibility,
} from '../../api/projects.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt, useAction } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { AreaField, CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'

export const visibilityChoices = [
  { value: 'private', label: 'Private: members only' },
  { value: 'internal', label: 'Internal: everybody who is signed in' },
  { value: 'public', label: 'Public: everybody who reaches this server' },
] as const

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  return (
    <>
      <PageHead title="General" windowTitle={`Settings of ${path}`} />
      <Loaded of={project}>
        {data => <Settings key={data.id} project={data} onSaved={() => void project.reload()} />}
      </Loaded>
    </>
  )
}

function Settings({ project, onSaved }: { readonly project: Project; readonly onSaved: () => void }): JSX.Element {
  const mayDelete = levelIn(project, currentUser.value?.is_admin ?? false) >= owner
  return (
    <div class="stack">
      <Basics project={project} onSaved={onSaved} />
      <Features project={project} onSaved={onSaved} />
      {mayDelete && <Endings project={project} onSaved={onSaved} />}
    </div>
  )
}

type PartProps = { readonly project: Project; readonly onSaved: () => void }

function Basics({ project, onSaved }: PartProps): JSX.Element {
  const path = project.path_with_namespace
  const [name, setName] = useState(project.name)
  const [description, setDescription] = useState(project.description ?? '')
  const [branch, setBranch] = useState(project.default_branch ?? '')
  const [visibility, setVisibility] = useState<string>(project.visibility)
  const save = useAction(async () => {
    await changeProject(path, {
      name,
      description,
      visibility: visibility as Visibility,
      ...(branch === '' ? {} : { default_branch: branch }),
    })
    onSaved()
    return 'The settings were saved.'
  })
  return (
    <Panel title="Name and visibility" padded>
      <form
        class="form"
        onSubmit={event => {
          event.preventDefault()
          void save.run()
        }}
      >
        <TextField label="Name" value={name} onInput={setName} required />
        <AreaField label="Description" value={description} onInput={setDescription} rows={2} />
        <div class="form-row">
          <TextField
            label="Default branch"
            value={branch}
            onInput={setBranch}
            mono
            hint="It is protected from the start."
          />
          <SelectField label="Visibility" value={visibility} choices={visibilityChoices} onChange={setVisibility} />
        </div>
        <div class="form-actions">
          <Button type="submit" kind="primary" busy={save.busy}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function Features({ project, onSaved }: PartProps): JSX.Element {
  const path = project.path_with_namespace
  return (
    <Panel title="Features" padded>
      <Feature
        label="Pipelines"
        hint="Off: pushes start none, and running ones go on to their end."
        isOn={hasPipelines(project)}
        onChange={async on => {
          await changeProject(path, { builds_access_level: on ? 'enabled' : 'disabled' })
          onSaved()
          return on ? 'Pipelines are on.' : 'Pipelines are off.'
        }}
      />
      <Feature
        label="Container Registry"
        hint="Off: nobody can pull or push. Images are kept."
        isOn={hasRegistry(project)}
        onChange={async on => {
          await changeProject(path, { container_registry_access_level: on ? 'enabled' : 'disabled' })
          onSaved()
          return on ? 'The registry is on.' : 'The registry is off. Its images are kept.'
        }}
      />
    </Panel>
  )
}

type FeatureProps = {
  readonly label: string
  readonly hint: string
  readonly isOn: boolean
  /** Answers what happened, in words. */
  readonly onChange: (on: boolean) => Promise<string>
}

/** Shown as wished at once; back again if the server refuses. */
function Feature({ label, hint, isOn, onChange }: FeatureProps): JSX.Element {
  const [wished, setWished] = useState(isOn)
  async function set(on: boolean): Promise<void> {
    setWished(on)
    if (!(await attempt(() => onChange(on)))) setWished(isOn)
  }
  return <CheckField label={label} hint={hint} checked={wished} onChange={on => void set(on)} />
}

function Endings({ project, onSaved }: PartProps): JSX.Element {
  const { route } = useLocation()
  const path = project.path_with_namespace
  async function remove(): Promise<void> {
    const body = (
      <>
        <p>
          Its repository, pipelines, logs, artifacts, variables and all images of its registry are deleted. This cannot
          be undone.
        </p>
        <p>Members lose access at once; running jobs are canceled.</p>
      </>
    )
    if (!(await confirm({ title: `Delete ${path}?`, body, action: 'Delete project', typed: path }))) return
    const done = await attempt(async () => {
      await deleteProject(path)
      return `${path} was deleted.`
    })
    if (done) route('/-/projects')
  }
  async function archive(): Promise<void> {
    await attempt(async () => {
      await setProjectArchived(path, !project.archived)
      return project.archived
        ? 'The project can be changed again.'
        : 'The project is archived: it can be read, but not changed.'
    })
    onSaved()
    route(projectPath(path, 'settings/general'), true)
  }
  return (
    <Panel title="Archive and delete" padded>
      <div class="row-spread">
        <p class="soft">
          {project.archived
            ? 'Archived: it can be read, but not changed.'
            : 'An archived project can be read, but nothing can be pushed and no pipeline starts.'}
        </p>
        <Button onClick={() => void archive()}>{project.archived ? 'Take out of the archive' : 'Archive'}</Button>
      </div>
      <div class="row-spread">
        <p class="soft">Deleting takes everything with it.</p>
        <Button kind="danger" icon="trash" onClick={() => void remove()}>
          Delete project
        </Button>
      </div>
    </Panel>
  )
}
