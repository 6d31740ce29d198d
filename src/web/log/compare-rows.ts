// Where two logs differ: rows that both have once are matched first, in the longest run that is in order in both; what lies
// between two matches is compared the same way, by rows that stand there more than once when no other is left, and is told
// as different when none is. Good at what logs are: long, mostly alike, with the same line often. Pure, and bounded.

/** Rows `[start, end)` of both logs that have no counterpart in the other; one of them may be empty. */
export type Difference = {
  readonly left: readonly [number, number]
  readonly right: readonly [number, number]
}

/** Of longer logs the first so many rows are compared. */
export const mostCompared = 50_000
/** Rows may be looked at so often, on the average; afterwards what is not matched yet is told as different. */
const looksPerRow = 60

export function compareRows(left: readonly string[], right: readonly string[]): readonly Difference[] {
  const found: Difference[] = []
  const waiting: Piece[] = [{ left: [0, left.length], right: [0, right.length] }]
  let looksLeft = (left.length + right.length) * looksPerRow
  for (let piece = waiting.pop(); piece !== undefined; piece = waiting.pop()) {
    const rest = withoutEqualEnds(piece, left, right)
    if (isEmpty(rest)) continue
    looksLeft -= rest.left[1] - rest.left[0] + rest.right[1] - rest.right[0]
    const matches = isOneSided(rest) || looksLeft < 0 ? [] : matchesOf(rest, left, right)
    if (matches.length === 0) found.push(rest)
    else waiting.push(...piecesBetween(rest, matches).toReversed())
  }
  return joined(found)
}

type Piece = Difference
type Match = { readonly left: number; readonly right: number }

function isEmpty({ left, right }: Piece): boolean {
  return left[0] === left[1] && right[0] === right[1]
}

function isOneSided({ left, right }: Piece): boolean {
  return left[0] === left[1] || right[0] === right[1]
}

function withoutEqualEnds(piece: Piece, left: readonly string[], right: readonly string[]): Piece {
  let [leftStart, leftEnd] = piece.left
  let [rightStart, rightEnd] = piece.right
  while (leftStart < leftEnd && rightStart < rightEnd && left[leftStart] === right[rightStart]) {
    leftStart += 1
    rightStart += 1
  }
  while (leftStart < leftEnd && rightStart < rightEnd && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1
    rightEnd -= 1
  }
  return { left: [leftStart, leftEnd], right: [rightStart, rightEnd] }
}

/** Rows that stand once in either piece; where there are none, the first of each kind with the first, and so on. */
function matchesOf(piece: Piece, left: readonly string[], right: readonly string[]): readonly Match[] {
  const places = new Map<string, { readonly lefts: number[]; readonly rights: number[] }>()
  for (let row = piece.left[0]; row < piece.left[1]; row += 1) {
    const text = left[row] ?? ''
    const place = places.get(text)
    if (place === undefined) places.set(text, { lefts: [row], rights: [] })
    else place.lefts.push(row)
  }
  for (let row = piece.right[0]; row < piece.right[1]; row += 1) places.get(right[row] ?? '')?.rights.push(row)
  const shared = [...places.values()].filter(({ rights }) => rights.length > 0)
  const unique = shared.filter(({ lefts, rights }) => lefts.length === 1 && rights.length === 1)
  const chosen = unique.length > 0 ? unique : shared
  const pairs = chosen.flatMap(({ lefts, rights }) =>
    lefts.slice(0, rights.length).map((row, index) => ({ left: row, right: rights[index] ?? 0 })),
  )
  return longestRising(pairs.sort((one, other) => one.left - other.left))
}

/** By patience: of matches in the order of `left`, the longest run whose `right` rises, too. */
function longestRising(matches: readonly Match[]): readonly Match[] {
  const tops: number[] = []
  const before = new Int32Array(matches.length).fill(-1)
  for (const [index, match] of matches.entries()) {
    let low = 0
    let high = tops.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((matches[tops[middle] ?? 0]?.right ?? 0) < match.right) low = middle + 1
      else high = middle
    }
    before[index] = low === 0 ? -1 : (tops[low - 1] ?? -1)
    tops[low] = index
  }
  const run: Match[] = []
  for (let index = tops.at(-1) ?? -1; index !== -1; index = before[index] ?? -1) {
    const match = matches[index]
    if (match !== undefined) run.push(match)
  }
  return run.reverse()
}

function piecesBetween(piece: Piece, matches: readonly Match[]): readonly Piece[] {
  const pieces: Piece[] = []
  let [left, right] = [piece.left[0], piece.right[0]]
  for (const match of matches) {
    pieces.push({ left: [left, match.left], right: [right, match.right] })
    left = match.left + 1
    right = match.right + 1
  }
  return [...pieces, { left: [left, piece.left[1]], right: [right, piece.right[1]] }]
}

/** Neighbours become one. */
function joined(differences: readonly Difference[]): readonly Difference[] {
  const all: Difference[] = []
  for (const each of differences) {
    const last = all.at(-1)
    if (last !== undefined && last.left[1] === each.left[0] && last.right[1] === each.right[0])
      all[all.length - 1] = { left: [last.left[0], each.left[1]], right: [last.right[0], each.right[1]] }
    else all.push(each)
  }
  return all
}
