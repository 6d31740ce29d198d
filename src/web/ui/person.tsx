import type { JSX } from 'preact'

export type Named = { readonly username: string; readonly name: string }

export function Avatar({ name, square = false }: { readonly name: string; readonly square?: boolean }): JSX.Element {
  return (
    <span class={square ? 'avatar avatar-square' : 'avatar'} aria-hidden="true">
      {[...name.trim()][0] ?? '?'}
    </span>
  )
}

export function Person({ of }: { readonly of: Named | null | undefined }): JSX.Element {
  if (of === null || of === undefined) return <span class="faint">nobody</span>
  return (
    <span class="person" title={`@${of.username}`}>
      <Avatar name={of.name} />
      {of.name}
    </span>
  )
}
