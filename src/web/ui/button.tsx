import type { ComponentChildren, JSX } from 'preact'
import { Icon, type IconName } from './icon.tsx'

type Look = {
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly icon?: IconName
  readonly small?: boolean
  /** With an icon alone: the words for hover and screen readers. */
  readonly label?: string | undefined
  readonly children?: ComponentChildren
}

type ButtonProps = Look & {
  readonly onClick?: (event: MouseEvent) => void
  readonly type?: 'button' | 'submit'
  readonly busy?: boolean | undefined
  readonly disabled?: boolean | undefined
  readonly pressed?: boolean | undefined
  readonly expanded?: boolean | undefined
  readonly id?: string
}

export function Button(props: ButtonProps): JSX.Element {
  const { onClick, type = 'button', busy = false, disabled = false, pressed, expanded, id } = props
  return (
    <button
      id={id}
      type={type}
      class={classOf(props)}
      disabled={disabled || busy}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-busy={busy || undefined}
      aria-label={props.label}
      title={props.label}
      onClick={onClick}
    >
      {busy ? <span class="spinner" /> : props.icon && <Icon name={props.icon} />}
      {props.children}
    </button>
  )
}

export function LinkButton(props: Look & { readonly href: string; readonly download?: boolean }): JSX.Element {
  return (
    <a class={classOf(props)} href={props.href} download={props.download} aria-label={props.label} title={props.label}>
      {props.icon && <Icon name={props.icon} />}
      {props.children}
    </a>
  )
}

function classOf({ kind = 'plain', small = false, icon, children }: Look): string {
  const alone = icon !== undefined && children === undefined
  return ['button', kind !== 'plain' && `button-${kind}`, small && 'button-small', alone && 'button-icon']
    .filter(Boolean)
    .join(' ')
}
