import type { Budget } from '../document/budget.ts'
import { type LayeredVariable, lookUp, type VariableLayers } from './layers.ts'

// How the server expands `$x`, `${x}` and `%x%` in values: nested, in any order of definition, self references aside,
// with circles found. `$$` and `%%` stay as they are.

export interface Expansion {
  /** Unknown names: `keep` the text (tags, globs, values), or make it `empty` (environment names and the like). */
  readonly unknown: 'keep' | 'empty'
  /** Whether raw and file variables are written out; in what a job gets they are not. */
  readonly inlinesRaw: boolean
}

export const forNames: Expansion = { unknown: 'empty', inlinesRaw: true }
export const forPatterns: Expansion = { unknown: 'keep', inlinesRaw: true }
export const forJobs: Expansion = { unknown: 'keep', inlinesRaw: false }

export interface Expander {
  expand(text: string): string
  /** The value of a name, expanded; null when no layer has it. */
  value(name: string): string | null
}

/** Variables refer to each other in a circle, or grow without bounds. */
export class ExpansionError extends Error {}

/** Throws ExpansionError when the values of these names refer to each other in a circle. */
export function requireNoCircles(names: Iterable<string>, layers: VariableLayers, budget: Budget | null = null): void {
  const expander = createExpander(layers, forJobs, budget)
  for (const name of names) {
    const written = lookUp(layers, name)
    if (written !== null && mayHaveReferences(written)) expander.value(name)
  }
}

const maxDepth = 500
const maxLength = 1_000_000
const referencePattern = /\$\$|%%|\$([a-zA-Z_]\w*)|\$\{([a-zA-Z_]\w*)\}|%([a-zA-Z_]\w*)%/g

export function mayHaveReferences(text: string): boolean {
  return text.includes('$') || text.includes('%')
}

/** @param budget of all expanders of one compile, in characters read and written */
export function createExpander(layers: VariableLayers, expansion: Expansion, budget: Budget | null = null): Expander {
  const known = new Map<string, string | null>()
  const open: string[] = []
  let work = 0

  return {
    expand: text => expandText(text, name => resolve(name, 0)),
    value: name => resolve(name, 0),
  }

  function resolve(name: string, fromLayer: number): string | null {
    const memoKey = fromLayer === 0 ? name : `${fromLayer}:${name}`
    const before = known.get(memoKey)
    if (before !== undefined) return before
    const value = resolveAnew(name, fromLayer)
    known.set(memoKey, value)
    return value
  }

  function resolveAnew(name: string, fromLayer: number): string | null {
    const layer = layers.findIndex((each, index) => index >= fromLayer && each.has(name))
    const variable = layers[layer]?.get(name)
    if (!variable || !isInlined(variable)) return null
    if (variable.raw || !mayHaveReferences(variable.value)) return variable.value
    if (open.includes(name) && fromLayer === 0)
      throw new ExpansionError(`circular variable reference detected: ${circleText(open.slice(open.indexOf(name)))}`)
    if (open.length >= maxDepth)
      throw new ExpansionError(`variables refer to each other over more than ${maxDepth} steps`)
    open.push(name)
    try {
      return expandText(variable.value, other => resolve(other, other === name ? layer + 1 : 0))
    } finally {
      open.pop()
    }
  }

  function isInlined(variable: LayeredVariable): boolean {
    return expansion.inlinesRaw || !(variable.raw || variable.file)
  }

  function expandText(text: string, readVariable: (name: string) => string | null): string {
    if (!mayHaveReferences(text)) return text
    const expanded = text.replace(referencePattern, (reference, bare, braced, percent) => {
      const name = bare ?? braced ?? percent
      if (name === undefined) return reference
      return readVariable(name) ?? (expansion.unknown === 'keep' ? reference : '')
    })
    work += expanded.length
    budget?.spend(text.length + expanded.length)
    if (expanded.length > maxLength || work > maxLength * 10)
      throw new ExpansionError('variables expand to more than a million characters')
    return expanded
  }
}

function circleText(names: readonly string[]): string {
  return `[${[...names]
    .sort()
    .map(name => JSON.stringify(name))
    .join(', ')}]`
}
