import { compileRegex, type UserRegex } from '../condition/regex.ts'
import type { Diagnostics } from '../diagnostics.ts'
import { isText } from '../keywords/lists.ts'
import type { Spot } from '../keywords/spot.ts'
import { itemsOf, textAt, textOf } from '../plan/read.ts'
import { isNull, type Place, scalarOf, valueAt, type YamlNode } from '../yaml/node.ts'
import { nodeOf } from '../yaml/plain.ts'
import { definitionFor, type InputType, inputDefinition, inputTypes, spec } from './input-definition.ts'

// `spec:inputs`: what a file asks of whoever includes it, and the values that it gets.

export type Inputs = ReadonlyMap<string, YamlNode>

export interface InputRequest {
  readonly header: YamlNode
  readonly given: Inputs
  /** Where the values came from, for values that are missing. */
  readonly place: Place
  /** Texts stand for numbers and the like, as push options have no types. */
  readonly isUntyped: boolean
  readonly diagnostics: Diagnostics
}

/** The value of each input; mistakes in the header and in the values go to the diagnostics. */
export function resolveInputs(request: InputRequest): Inputs {
  const { header, given, diagnostics } = request
  if (!isNull(header)) spec.check(header, spotFor('spec', diagnostics))
  const definitions = definitionsOf(header)
  for (const [name, node] of given) {
    if (definitions.has(name)) continue
    const hint = diagnostics.didYouMean(name, definitions.keys())
    diagnostics.error(`unknown input arguments: ${name}${hint}`, `inputs:${name}`, node.place)
  }
  const values = new Map<string, YamlNode>()
  for (const [name, definition] of inOrderOfRules(definitions)) {
    const value = valueFor(name, definition, values, request)
    values.set(name, value ?? guessFor(request))
  }
  return values
}

/** Rules look at the values of other inputs: those without rules come first. */
function inOrderOfRules(definitions: ReadonlyMap<string, YamlNode>): readonly (readonly [string, YamlNode])[] {
  const hasRules = (definition: YamlNode) => (valueAt(definition, 'rules') ? 1 : 0)
  return [...definitions].sort(([, a], [, b]) => hasRules(a) - hasRules(b))
}

/** A missing value was told of; it needs no second mistake where it is used. */
function guessFor({ place, diagnostics }: InputRequest): YamlNode {
  const guess = scalarOf('', { ...place })
  diagnostics.settle(guess.place)
  return guess
}

function definitionsOf(header: YamlNode): ReadonlyMap<string, YamlNode> {
  const inputs = valueAt(header, 'inputs')
  return inputs?.kind === 'mapping' ? new Map([...inputs.entries].map(([name, each]) => [name, each.value])) : new Map()
}

function valueFor(name: string, written: YamlNode, values: Inputs, request: InputRequest): YamlNode | null {
  const { diagnostics, given, isUntyped } = request
  const spot = spotFor(`spec:inputs:${name}`, diagnostics)
  if (!isNull(written)) inputDefinition.check(written, spot)
  const definition = definitionFor(written, input => textOf(values.get(input)))
  const complainOf = (reason: string, place: Place) =>
    diagnostics.error(`\`${name}\` input: ${reason}`, `inputs:${name}`, place)

  const type = inputTypes.find(each => each === textAt(definition, 'type')) ?? 'string'
  checkRegex(definition, type, complainOf)
  const options = valueAt(definition, 'options')
  if (options && type !== 'string' && type !== 'number')
    complainOf('Options can only be used with string and number inputs', options.place)
  const fallback = definition.kind === 'mapping' ? definition.entries.get('default')?.value : undefined
  if (fallback) checkValue(fallback, 'default', definition, type, complainOf)
  const provided = given.get(name)
  if (!provided) {
    if (!fallback) complainOf('required value has not been provided', request.place)
    return fallback ?? null
  }
  const value = isUntyped ? typed(provided, type) : provided
  return checkValue(value, 'provided', definition, type, complainOf) ? value : null
}

/** Whether it has the right type; what else is wrong with it is told only. */
function checkValue(
  value: YamlNode,
  origin: 'default' | 'provided',
  definition: YamlNode,
  type: InputType,
  complainOf: (reason: string, place: Place) => void,
): boolean {
  const isRight = isOfType(value, type)
  if (isRight) checkAllowed(value, origin, definition, type, complainOf)
  else complainOf(`${origin} value is not ${articleOf(type)}`, value.place)
  return isRight
}

function checkAllowed(
  value: YamlNode,
  origin: 'default' | 'provided',
  definition: YamlNode,
  type: InputType,
  complainOf: (reason: string, place: Place) => void,
): void {
  if (value.kind !== 'scalar') return
  const allowed = itemsOf(valueAt(definition, 'options')).flatMap(item => (item.kind === 'scalar' ? item.text : []))
  if (allowed.length > 0 && !allowed.includes(value.text))
    complainOf(
      `\`${value.text}\` cannot be used because it is not in the list of allowed options: ${allowed.join(', ')}`,
      value.place,
    )
  const pattern = valueAt(definition, 'regex')
  if (pattern?.kind !== 'scalar') return
  if (type === 'string' && regexOf(pattern.text)?.matches(value.text) === false)
    complainOf(`${origin} value does not match required RegEx pattern`, value.place)
}

function checkRegex(definition: YamlNode, type: InputType, complainOf: (reason: string, place: Place) => void): void {
  const pattern = valueAt(definition, 'regex')
  if (pattern?.kind !== 'scalar') return
  if (type !== 'string') complainOf('RegEx validation can only be used with string inputs', pattern.place)
  else if (!regexOf(pattern.text)) complainOf('the regex of the header is no RE2 pattern', pattern.place)
}

/** With slashes around it or without. */
function regexOf(text: string): UserRegex | null {
  return compileRegex(`/${text.replace(/^\/([\s\S]*)\/$/, '$1')}/`)
}

function isOfType(node: YamlNode, type: InputType): boolean {
  if (node.kind !== 'scalar') return type === 'array' && node.kind === 'sequence'
  switch (type) {
    case 'string':
      return isText(node)
    case 'number':
      return node.type === 'integer' || node.type === 'float'
    case 'boolean':
      return node.type === 'boolean'
    case 'array':
      return false
  }
}

function typed(node: YamlNode, type: InputType): YamlNode {
  if (!isText(node) || node.kind !== 'scalar' || type === 'string') return node
  const value = parsedOf(node.text)
  return value === undefined ? node : nodeOf(value, node.place)
}

function parsedOf(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    // No JSON, so the text stays what it is, and the check of its type tells the user.
    return undefined
  }
}

function articleOf(type: InputType): string {
  return type === 'array' ? 'an array' : `a ${type}`
}

function spotFor(path: string, diagnostics: Diagnostics): Spot {
  return { path, location: path, subject: `${path} config`, diagnostics }
}
