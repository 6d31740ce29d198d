import type { ComponentChildren, JSX } from 'preact'
import type { Resource } from '../api/resource.ts'
import { ErrorNotice } from './notice.tsx'

/** Grey bars in the place of what comes, so that nothing jumps. */
export function Skeleton({ rows = 6 }: { readonly rows?: number }): JSX.Element {
  return (
    <div class="stack panel-body" aria-busy="true">
      <span class="visually-hidden">Loading</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class={`skeleton skeleton-${index % 3}`} />
      ))}
    </div>
  )
}

type LoadedProps<T> = {
  readonly of: Resource<T>
  readonly rows?: number
  readonly children: (data: T) => ComponentChildren
}

/** The data when it is there, bars until then, the mistake with a way to try again. */
export function Loaded<T>({ of, rows, children }: LoadedProps<T>): JSX.Element {
  const retry = () => void of.reload()
  if (of.data === undefined)
    return of.error ? <ErrorNotice error={of.error} retry={retry} /> : <Skeleton rows={rows ?? 6} />
  return (
    <>
      {of.error && <ErrorNotice error={of.error} retry={retry} />}
      {children(of.data)}
    </>
  )
}
