// What commands print: a table for people, JSON for programs. Colour only on a terminal.
import { columns, createPaint } from './paint.ts'

export type OutputOptions = { readonly json?: boolean }

export type Column<T> = {
  readonly title: string
  readonly value: (row: T) => string | number | boolean | null | undefined
}

/** A list: `--json` prints what the server sent, else a table; `empty` is said where there is nothing. */
export function printList<T>(
  rows: readonly T[],
  tableColumns: readonly Column<T>[],
  options: OutputOptions,
  empty: string,
): void {
  if (options.json === true) printJson(rows)
  else printLine(rows.length === 0 ? empty : tableOf(rows, tableColumns))
}

/** One thing: `--json` prints what the server sent, else one line for each column. */
export function printOne<T>(row: T, fields: readonly Column<T>[], options: OutputOptions): void {
  if (options.json === true) printJson(row)
  else printLine(linesOf(row, fields))
}

/** What was done, in a sentence; with `--json`, the thing itself. */
export function printDone<T>(row: T, sentence: string, options: OutputOptions): void {
  if (options.json === true) printJson(row)
  else printLine(sentence)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value ?? null, null, 2)}\n`)
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`)
}

function linesOf<T>(row: T, fields: readonly Column<T>[]): string {
  const paint = createPaint(process.stdout)
  const lines = fields.map(({ title, value }) => [title, cellOf(value(row))])
  return columns(lines, (cell, column) => (column === 0 ? paint('dim', cell) : cell))
}

function tableOf<T>(rows: readonly T[], tableColumns: readonly Column<T>[]): string {
  const paint = createPaint(process.stdout)
  const head = tableColumns.map(column => column.title.toUpperCase())
  const body = rows.map(row => tableColumns.map(column => cellOf(column.value(row))))
  return columns([head, ...body], (cell, _column, row) => (row === 0 ? paint('bold', cell) : cell))
}

function cellOf(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}
