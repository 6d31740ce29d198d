// The parts of forms. A label names each, the hint and the mistake belong to it.
import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

type FieldProps = {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly error?: string | undefined
}

type TextFieldProps = FieldProps & {
  readonly value: string
  readonly onInput: (value: string) => void
  readonly type?: 'text' | 'password' | 'email' | 'number' | 'date' | 'url'
  readonly required?: boolean
  readonly placeholder?: string
  readonly autocomplete?: string
  readonly mono?: boolean
  readonly disabled?: boolean
  readonly focus?: boolean
  readonly list?: readonly string[]
}

export function TextField(props: TextFieldProps): JSX.Element {
  const id = useId()
  return (
    <Frame id={id} {...props}>
      <input
        id={id}
        class={props.mono ? 'input mono' : 'input'}
        type={(props.type ?? 'text') as 'text'}
        value={props.value}
        required={props.required}
        placeholder={props.placeholder}
        autocomplete={(props.autocomplete ?? 'off') as 'off'}
        disabled={props.disabled}
        autofocus={props.focus}
        spellcheck={false}
        {...(props.list && { list: `${id}-list` })}
        aria-invalid={props.error === undefined ? undefined : true}
        aria-describedby={`${id}-note`}
        onInput={event => props.onInput(event.currentTarget.value)}
      />
      {props.list && (
        <datalist id={`${id}-list`}>
          {props.list.map(each => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </Frame>
  )
}

type AreaFieldProps = FieldProps & {
  readonly value: string
  readonly onInput: (value: string) => void
  readonly rows?: number
  readonly mono?: boolean
  readonly required?: boolean
}

export function AreaField(props: AreaFieldProps): JSX.Element {
  const id = useId()
  return (
    <Frame id={id} {...props}>
      <textarea
        id={id}
        class={props.mono ? 'textarea mono' : 'textarea'}
        rows={props.rows ?? 4}
        required={props.required}
        spellcheck={false}
        aria-invalid={props.error === undefined ? undefined : true}
        aria-describedby={`${id}-note`}
        value={props.value}
        onInput={event => props.onInput(event.currentTarget.value)}
      />
    </Frame>
  )
}

export type Choice = { readonly value: string; readonly label: string }

type SelectFieldProps = FieldProps & {
  readonly value: string
  readonly choices: readonly Choice[]
  readonly onChange: (value: string) => void
  readonly disabled?: boolean
}

export function SelectField(props: SelectFieldProps): JSX.Element {
  const id = useId()
  return (
    <Frame id={id} {...props}>
      <Select id={id} {...props} />
    </Frame>
  )
}

type SelectProps = {
  readonly value: string
  readonly choices: readonly Choice[]
  readonly onChange: (value: string) => void
  readonly id?: string
  /** Without a visible label, as in a row of filters. */
  readonly name?: string
  readonly disabled?: boolean | undefined
}

export function Select({ value, choices, onChange, id, name, disabled }: SelectProps): JSX.Element {
  return (
    <select
      id={id}
      class="select"
      value={value}
      aria-label={name}
      disabled={disabled}
      onChange={event => onChange(event.currentTarget.value)}
    >
      {choices.map(choice => (
        <option key={choice.value} value={choice.value} selected={choice.value === value}>
          {choice.label}
        </option>
      ))}
    </select>
  )
}

type CheckFieldProps = {
  readonly label: ComponentChildren
  readonly hint?: ComponentChildren
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}

export function CheckField({ label, hint, checked, onChange, disabled }: CheckFieldProps): JSX.Element {
  const id = useId()
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-note` : undefined}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <span class="field-hint" id={`${id}-note`}>
          {hint}
        </span>
      )}
    </div>
  )
}

function Frame({
  id,
  label,
  hint,
  error,
  children,
}: FieldProps & { readonly id: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {children}
      {(hint || error) && (
        <span id={`${id}-note`} class={error ? 'field-error' : 'field-hint'}>
          {error ?? hint}
        </span>
      )}
    </div>
  )
}
