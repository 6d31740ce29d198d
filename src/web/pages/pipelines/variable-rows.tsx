import type { JSX } from 'preact'
import type { PipelineVariable } from '../../api/pipelines.ts'
import { Button } from '../../ui/button.tsx'

export const emptyVariable: PipelineVariable = { key: '', value: '', variable_type: 'env_var' }

type VariableRowsProps = {
  readonly variables: readonly PipelineVariable[]
  readonly onChange: (variables: readonly PipelineVariable[]) => void
}

/** Variables for one pipeline or job; a new empty row comes by itself. */
export function VariableRows({ variables, onChange }: VariableRowsProps): JSX.Element {
  function set(index: number, change: Partial<PipelineVariable>): void {
    const changed = variables.map((variable, at) => (at === index ? { ...variable, ...change } : variable))
    onChange(changed.at(-1)?.key === '' ? changed : [...changed, emptyVariable])
  }
  return (
    <fieldset class="fieldset">
      <legend>Variables</legend>
      {variables.map((variable, index) => (
        <div class="variable-row" key={index}>
          <input
            class="input mono"
            aria-label={`Name of variable ${index + 1}`}
            placeholder="NAME"
            value={variable.key}
            onInput={event => set(index, { key: event.currentTarget.value })}
          />
          <textarea
            class="textarea mono"
            rows={1}
            aria-label={`Value of variable ${index + 1}`}
            placeholder="value"
            value={variable.value}
            onInput={event => set(index, { value: event.currentTarget.value })}
          />
          <select
            class="select"
            aria-label={`Type of variable ${index + 1}`}
            value={variable.variable_type}
            onChange={event =>
              set(index, { variable_type: event.currentTarget.value as PipelineVariable['variable_type'] })
            }
          >
            <option value="env_var">Variable</option>
            <option value="file">File</option>
          </select>
          <Button
            kind="quiet"
            icon="cross"
            label={`Remove variable ${index + 1}`}
            disabled={variables.length === 1}
            onClick={() => onChange(variables.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <span class="field-hint">
        They win over variables of the project and of the file. A file's value is written to a file whose path the job
        gets.
      </span>
    </fieldset>
  )
}

export function writtenVariables(variables: readonly PipelineVariable[]): readonly PipelineVariable[] {
  return variables
    .filter(variable => variable.key.trim() !== '')
    .map(variable => ({ ...variable, key: variable.key.trim() }))
}
