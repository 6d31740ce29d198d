import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { apiUrl, projectUrl } from '../../api/client.ts'
import { Command } from '../../ui/copy.tsx'
import { TextField } from '../../ui/field.tsx'
import { Panel } from '../../ui/page.tsx'
import { triggerLine } from './trigger-line.ts'

type TriggerCommandProps = {
  readonly projectId: number
  readonly defaultRef: string
  /** The one that was just made; null: the reader puts theirs in its place. */
  readonly token: string | null
}

/** How another system starts a pipeline with a token. */
export function TriggerCommand({ projectId, defaultRef, token }: TriggerCommandProps): JSX.Element {
  const [ref, setRef] = useState(defaultRef)
  const [variable, setVariable] = useState('REASON')
  const [value, setValue] = useState('nightly')
  const variables = variable === '' ? {} : { [variable]: value }
  const wish = { token: token ?? 'TOKEN', ref: ref || defaultRef, variables }
  return (
    <Panel title="Start a pipeline" padded>
      <div class="form-row">
        <TextField label="Branch or tag" value={ref} onInput={setRef} mono />
        <TextField label="Variable" value={variable} onInput={setVariable} mono />
        <TextField label="Value" value={value} onInput={setValue} mono />
      </div>
      {token === null && (
        <p class="soft">
          Put your token in the place of <code>TOKEN</code>. In a job of another project, keep it in a masked variable.
        </p>
      )}
      <Command
        text={triggerLine(location.origin + apiUrl(projectUrl(projectId, 'trigger/pipeline')), wish)}
        label="Copy the command"
      />
    </Panel>
  )
}
