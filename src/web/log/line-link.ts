// `#L12` and `#L12-20`: lines count from one, rows from zero.

export type LineSelection = { readonly first: number; readonly last: number }

export function selectionOf(hash: string): LineSelection | null {
  const match = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash)
  if (match === null) return null
  const one = Number(match[1]) - 1
  const other = match[2] === undefined ? one : Number(match[2]) - 1
  const first = Math.min(one, other)
  return first < 0 ? null : { first, last: Math.max(one, other) }
}

export function hashOf({ first, last }: LineSelection): string {
  return first === last ? `#L${first + 1}` : `#L${first + 1}-${last + 1}`
}
