import type { ComponentChildren, JSX } from 'preact'
import type { Page } from '../api/client.ts'
import { Button } from './button.tsx'

export type Column<T> = {
  /** Shown in the head, and before the value on a phone; empty for actions. */
  readonly title: string
  readonly cell: (row: T) => ComponentChildren
  readonly kind?: 'main' | 'narrow' | 'right' | 'actions' | undefined
  /** On a phone the value speaks for itself, without the title before it. */
  readonly isPlain?: boolean
}

type TableProps<T> = {
  readonly name: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  readonly isSelected?: (row: T) => boolean
}

/** A table that becomes a list of cards on a phone. */
export function Table<T>({ name, columns, rows, keyOf, isSelected }: TableProps<T>): JSX.Element {
  return (
    <div class="table-wrap">
      <table class="table table-cards">
        <caption class="visually-hidden">{name}</caption>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column.title} scope="col" class={column.kind}>
                {column.title || <span class="visually-hidden">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={keyOf(row)} aria-selected={isSelected?.(row)}>
              {columns.map(column => (
                <td key={column.title} class={column.kind} data-label={labelOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function labelOf<T>({ kind, title, isPlain = false }: Column<T>): string | undefined {
  return kind === 'main' || isPlain || title === '' ? undefined : title
}

type PagerProps = { readonly page: number; readonly of: Page<unknown>; readonly onPage: (page: number) => void }

export function Pager({ page, of, onPage }: PagerProps): JSX.Element | null {
  if (page === 1 && of.nextPage === null) return null
  return (
    <nav class="pager" aria-label="Pages">
      <span>
        Page {page}
        {of.total !== null && `, ${of.total.toLocaleString('en')} in all`}
      </span>
      <span class="row">
        <Button small icon="left" disabled={page === 1} onClick={() => onPage(page - 1)}>
          Newer
        </Button>
        <Button small disabled={of.nextPage === null} onClick={() => onPage(page + 1)}>
          Older
        </Button>
      </span>
    </nav>
  )
}
