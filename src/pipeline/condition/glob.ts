// Globs of `changes` and `exists`: Ruby's File.fnmatch with PATHNAME, DOTMATCH and EXTGLOB. `**/` spans folders only as a
// whole part of the path; anywhere else `**` is `*`. Every match takes time linear in pattern × path.

export interface Glob {
  matches(path: string): boolean
  /** What its braces come to: as many patterns are tried. */
  readonly alternatives: number
}

const maxAlternatives = 1000
const maxBracedLength = 50_000

export function createGlob(pattern: string): Glob {
  const alternatives = expandBraces(pattern).map(alternative => alternative.split('/').map(readPart))
  return {
    alternatives: alternatives.length,
    matches: path => {
      const parts = path.split('/')
      return alternatives.some(alternative => matchesPath(alternative, parts))
    },
  }
}

interface CharacterSet {
  readonly isIn: (char: string) => boolean
  readonly end: number
}

type PatternPart = 'anyFolders' | readonly Atom[]
type Atom = { readonly type: 'any' | 'one' } | { readonly type: 'char'; readonly isIn: (char: string) => boolean }

function readPart(part: string, index: number, parts: readonly string[]): PatternPart {
  return part === '**' && index < parts.length - 1 ? 'anyFolders' : atomsOf(part)
}

function matchesPath(pattern: readonly PatternPart[], path: readonly string[]): boolean {
  return matchesWithStars(
    pattern,
    path,
    part => part === 'anyFolders',
    (part, name) => part !== 'anyFolders' && matchesName(part, [...name]),
  )
}

function matchesName(atoms: readonly Atom[], chars: readonly string[]): boolean {
  return matchesWithStars(
    atoms,
    chars,
    atom => atom.type === 'any',
    (atom, char) => atom.type === 'one' || (atom.type === 'char' && atom.isIn(char)),
  )
}

/** The classic walk with one way back: only the last star ever needs to take more. */
function matchesWithStars<Item, Piece>(
  pattern: readonly Item[],
  pieces: readonly Piece[],
  isStar: (item: Item) => boolean,
  matchesOne: (item: Item, piece: Piece) => boolean,
): boolean {
  let at = 0
  let piece = 0
  let starAt = -1
  let starPiece = 0
  while (piece < pieces.length) {
    const item = pattern[at]
    if (item !== undefined && isStar(item)) {
      starAt = at++
      starPiece = piece
    } else if (item !== undefined && matchesOne(item, pieces[piece] as Piece)) {
      at++
      piece++
    } else if (starAt !== -1) {
      at = starAt + 1
      piece = ++starPiece
    } else return false
  }
  while (at < pattern.length && isStar(pattern[at] as Item)) at++
  return at === pattern.length
}

function atomsOf(text: string): readonly Atom[] {
  const part = [...text]
  const atoms: Atom[] = []
  for (let at = 0; at < part.length; at++) {
    const char = part[at] ?? ''
    const set = char === '[' ? readSet(part, at) : null
    if (set) {
      atoms.push({ type: 'char', isIn: set.isIn })
      at = set.end
    } else if (char === '*') {
      if (atoms.at(-1)?.type !== 'any') atoms.push({ type: 'any' })
    } else if (char === '?') atoms.push({ type: 'one' })
    else if (char === '\\' && at + 1 < part.length) atoms.push(literal(part[++at] ?? ''))
    else atoms.push(literal(char))
  }
  return atoms
}

function literal(char: string): Atom {
  return { type: 'char', isIn: other => other === char }
}

function readSet(part: readonly string[], start: number): CharacterSet | null {
  const isNegated = part[start + 1] === '!' || part[start + 1] === '^'
  const first = start + (isNegated ? 2 : 1)
  const end = part.indexOf(']', first + 1)
  if (end === -1) return null
  const ranges: [string, string][] = []
  for (let at = first; at < end; at++) {
    if (part[at] === '\\' && at + 1 < end) at++
    const from = part[at] ?? ''
    const hasRange = part[at + 1] === '-' && at + 2 < end
    ranges.push([from, hasRange ? (part[at + 2] ?? from) : from])
    if (hasRange) at += 2
  }
  return { isIn: char => ranges.some(([from, to]) => from <= char && char <= to) !== isNegated, end }
}

interface Brace {
  readonly start: number
  readonly end: number
  readonly choices: readonly string[]
}

/** `*.{rb,py}` → `*.rb`, `*.py`; nested ones too. */
function expandBraces(pattern: string): readonly string[] {
  const most = Math.min(maxAlternatives, maxBracedLength / pattern.length)
  const done: string[] = []
  const open = [pattern]
  while (open.length > 0 && done.length + open.length < most) {
    const next = open.pop() ?? ''
    const brace = firstBrace(next)
    if (brace)
      open.push(...brace.choices.map(choice => next.slice(0, brace.start) + choice + next.slice(brace.end + 1)))
    else done.push(next)
  }
  return [...done, ...open]
}

function firstBrace(text: string): Brace | null {
  let depth = 0
  let start = -1
  let from = 0
  let choices: string[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === '{' && depth++ === 0) {
      start = at
      from = at + 1
      choices = []
    } else if (char === ',' && depth === 1) {
      choices.push(text.slice(from, at))
      from = at + 1
    } else if (char === '}' && depth > 0 && --depth === 0)
      return { start, end: at, choices: [...choices, text.slice(from, at)] }
  }
  return null
}
