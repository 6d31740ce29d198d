import type { ComponentChildren, JSX } from 'preact'
import type { ApiError } from '../api/api-error.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'

type NoticeProps = {
  readonly tone?: 'blue' | 'red' | 'amber' | 'green'
  readonly action?: ComponentChildren
  readonly children: ComponentChildren
}

const icons: Readonly<Record<string, IconName>> = { blue: 'info', red: 'warning', amber: 'warning', green: 'check' }

export function Notice({ tone = 'blue', action, children }: NoticeProps): JSX.Element {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'red' ? 'alert' : undefined}>
      <Icon name={icons[tone] ?? 'info'} />
      <div class="stack-tight">{children}</div>
      {action}
    </div>
  )
}

export function ErrorNotice({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }): JSX.Element {
  return (
    <Notice
      tone="red"
      action={
        retry && (
          <Button small icon="retry" onClick={retry}>
            Try again
          </Button>
        )
      }
    >
      {error.message}
    </Notice>
  )
}

type EmptyProps = { readonly icon: IconName; readonly title: string; readonly children?: ComponentChildren }

/** An empty page tells the first step. */
export function Empty({ icon, title, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} size={28} />
      <h2>{title}</h2>
      {children}
    </div>
  )
}
