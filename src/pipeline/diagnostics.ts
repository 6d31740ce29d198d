import type { Diagnostic } from './model.ts'
import { didYouMean } from './suggestion.ts'
import type { Place } from './yaml/node.ts'
import { positionOf } from './yaml/position.ts'

/** Collects what is wrong with a pipeline, all of it, until somebody asks. */
export interface Diagnostics {
  error(message: string, path: string, place: Place): void
  warn(message: string, path: string, place: Place): void
  /** What stands here was told of, and a guess stands in for it: no mistake of that guess is told. */
  settle(place: Place): void
  isSettled(place: Place): boolean
  /** A hint for a name that is close to a known one; only for the first few dozen mistakes. */
  didYouMean(written: string, names: Iterable<string>): string
  readonly hasErrors: boolean
  /** In the order of the files, then of lines. */
  errors(): readonly Diagnostic[]
  warnings(): readonly Diagnostic[]
}

/** Of a file that is wrong all over, the first so many mistakes say enough. */
const maxDiagnostics = 1000
const maxHints = 50

export function createDiagnostics(): Diagnostics {
  const errors: Diagnostic[] = []
  const warnings: Diagnostic[] = []
  const settled = new WeakSet<Place>()
  let hints = 0
  return {
    error: (message, path, place) => {
      if (!settled.has(place)) addTo(errors, message, path, place)
    },
    settle: place => void settled.add(place),
    isSettled: place => settled.has(place),
    warn: (message, path, place) => addTo(warnings, message, path, place),
    didYouMean: (written, names) => (++hints > maxHints ? '' : didYouMean(written, names)),
    get hasErrors() {
      return errors.length > 0
    },
    errors: () => inOrderOfPlace(errors),
    warnings: () => inOrderOfPlace(warnings),
  }
}

function addTo(list: Diagnostic[], message: string, path: string, place: Place): void {
  if (list.length >= maxDiagnostics) return
  list.push({ message, path, file: place.source.file, ...positionOf(place) })
}

function inOrderOfPlace(list: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(list.map(each => each.file))]
  return [...list].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  )
}
