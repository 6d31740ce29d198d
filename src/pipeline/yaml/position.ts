import type { Place, SourceText } from './node.ts'

/** 1-based line and column of a place. */
export function positionOf(place: Place): { readonly line: number; readonly column: number } {
  const starts = lineStartsOf(place.source)
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= place.offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: place.offset - (starts[low] ?? 0) + 1 }
}

const knownLineStarts = new WeakMap<SourceText, readonly number[]>()

function lineStartsOf(source: SourceText): readonly number[] {
  const known = knownLineStarts.get(source)
  if (known) return known
  const starts = [0]
  for (let at = source.text.indexOf('\n'); at !== -1; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1)
  knownLineStarts.set(source, starts)
  return starts
}
