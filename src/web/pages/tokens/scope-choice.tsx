import type { JSX } from 'preact'
import { scopeWords } from '../../api/access-tokens.ts'
import { CheckField } from '../../ui/field.tsx'

type ScopeChoiceProps = {
  readonly scopes: readonly string[]
  readonly chosen: readonly string[]
  readonly onChange: (scopes: readonly string[]) => void
}

export function ScopeChoice({ scopes, chosen, onChange }: ScopeChoiceProps): JSX.Element {
  return (
    <fieldset class="fieldset">
      <legend>It may</legend>
      {scopes.map(scope => (
        <CheckField
          key={scope}
          label={<code>{scope}</code>}
          hint={scopeWords[scope]}
          checked={chosen.includes(scope)}
          onChange={on => onChange(on ? [...chosen, scope] : chosen.filter(each => each !== scope))}
        />
      ))}
    </fieldset>
  )
}
