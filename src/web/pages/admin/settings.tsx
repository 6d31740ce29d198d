import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { changeSettings, type InstanceSettings, readSettings } from '../../api/instance.ts'
import type { Visibility } from '../../api/projects.ts'
import { useResource } from '../../api/resource.ts'
import { useAction } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Panel } from '../../ui/page.tsx'
import { visibilityChoices } from '../settings/general.tsx'

export function SettingsPanel(): JSX.Element {
  const settings = useResource('instance-settings', readSettings)
  return (
    <Panel title="Switches" padded>
      <Loaded of={settings} rows={4}>
        {data => <Form before={data} onSaved={settings.replace} />}
      </Loaded>
    </Panel>
  )
}

function Form({
  before,
  onSaved,
}: {
  readonly before: InstanceSettings
  readonly onSaved: (settings: InstanceSettings) => void
}): JSX.Element {
  const [draft, setDraft] = useState(before)
  const set = (change: Partial<InstanceSettings>): void => setDraft({ ...draft, ...change })
  const save = useAction(async () => {
    onSaved(await changeSettings(draft))
    return 'The switches were saved.'
  })
  return (
    <form
      class="form"
      onSubmit={event => {
        event.preventDefault()
        void save.run()
      }}
    >
      <CheckField
        label="Container Registry"
        hint="Off: nobody can pull or push, in any project. Images are kept."
        checked={draft.container_registry_enabled}
        onChange={on => set({ container_registry_enabled: on })}
      />
      <CheckField
        label="Everybody may make an account"
        hint="On: a stranger who reaches this server can sign up, and sees internal projects."
        checked={draft.signup_enabled}
        onChange={on => set({ signup_enabled: on })}
      />
      <div class="form-row">
        <SelectField
          label="New projects are"
          value={draft.default_project_visibility}
          choices={visibilityChoices}
          onChange={value => set({ default_project_visibility: value as Visibility })}
        />
        <TextField
          label="Their default branch"
          value={draft.default_branch_name}
          onInput={name => set({ default_branch_name: name })}
          mono
          required
        />
      </div>
      <div class="form-actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          Save
        </Button>
      </div>
    </form>
  )
}
