import type { Diagnostics } from '../diagnostics.ts'
import {
  isString,
  type MappingEntry,
  mappingOf,
  type Place,
  type ScalarNode,
  scalarOf,
  sequenceOf,
  type YamlNode,
} from '../yaml/node.ts'
import { plainOf } from '../yaml/plain.ts'
import type { Budget } from './budget.ts'
import { type InputFunction, inputFunctionOf } from './input-functions.ts'
import type { Inputs } from './inputs.ts'

// `$[[ inputs.x ]]` in a file with a header, on the parsed tree: a value can never become structure by accident.

const maxFunctions = 3

export interface Interpolation {
  /** Characters of text that blocks may make. */
  readonly budget: Budget
  readonly inputs: Inputs
  /** What the header asks of the component; null: the file was not included as one. */
  readonly component: ReadonlyMap<string, string> | null
  readonly expandVariables: InputFunction
  readonly diagnostics: Diagnostics
}

/** A node that is one whole block keeps the type of the value; a list within a list is spliced in. */
export function interpolate(node: YamlNode, interpolation: Interpolation): YamlNode {
  const known = new Map<YamlNode, YamlNode>()
  return walk(node)

  function walk(each: YamlNode): YamlNode {
    if (each.kind === 'scalar')
      return isString(each) && each.text.includes('$[[') ? valueOfText(each, interpolation) : each
    const before = known.get(each)
    if (before) return before
    const walked = each.kind === 'mapping' ? mappingOf(walkEntries(each.entries), each.place) : walkItems(each)
    known.set(each, walked)
    return walked
  }

  function walkItems(each: Extract<YamlNode, { items: readonly YamlNode[] }>): YamlNode {
    const items = each.items.flatMap(item => {
      const walked = walk(item)
      return item.kind === 'scalar' && walked.kind === 'sequence' ? walked.items : [walked]
    })
    return each.kind === 'reference' ? { ...each, items } : sequenceOf(items, each.place)
  }

  function walkEntries(entries: ReadonlyMap<string, MappingEntry>): ReadonlyMap<string, MappingEntry> {
    const walked = new Map<string, MappingEntry>()
    for (const { key, value } of entries.values()) {
      const walkedKey = key.text.includes('$[[') ? keyOfBlocks(key, interpolation) : key
      walked.set(walkedKey.text, { key: walkedKey, value: walk(value) })
    }
    return walked
  }
}

/** A key that is a guess stays one. */
function keyOfBlocks(key: ScalarNode, interpolation: Interpolation): ScalarNode {
  const value = valueOfText(key, interpolation)
  const name = textOf(value)
  interpolation.budget.spend(name.length)
  if (name === key.text) return key
  return scalarOf(name, interpolation.diagnostics.isSettled(value.place) ? value.place : key.place)
}

function valueOfText(node: ScalarNode, interpolation: Interpolation): YamlNode {
  const [block] = blocksOf(node.text)
  if (block?.start !== 0 || block.end !== node.text.length)
    return scalarOf(textOfBlocks(node, interpolation), node.place)
  return evaluateBlock(block.inside, node.place, interpolation) ?? node
}

function textOfBlocks(node: ScalarNode, interpolation: Interpolation): string {
  const pieces: string[] = []
  let at = 0
  for (const { start, end, inside } of blocksOf(node.text)) {
    const value = evaluateBlock(inside, node.place, interpolation)
    const text = value ? textOf(value) : node.text.slice(start, end)
    interpolation.budget.spend(text.length)
    pieces.push(node.text.slice(at, start), text)
    at = end
  }
  return pieces.join('') + node.text.slice(at)
}

interface Block {
  readonly start: number
  readonly end: number
  readonly inside: string
}

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = []
  for (let start = text.indexOf('$[['); start !== -1; start = text.indexOf('$[[', start)) {
    const close = text.indexOf(']]', start)
    if (close === -1) break
    blocks.push({ start, end: close + 2, inside: text.slice(start + 3, close).trim() })
    start = close + 2
  }
  return blocks
}

/** null: not ours (`matrix.X`), or a mistake that was told. */
function evaluateBlock(
  inside: string,
  place: Place,
  { inputs, component, expandVariables, diagnostics }: Interpolation,
): YamlNode | null {
  const complain = (message: string) => {
    diagnostics.error(message, '', place)
    return null
  }
  const [access = '', ...functions] = inside.split('|').map(part => part.trim())
  const [object, name, ...rest] = access.split('.')
  if (object === 'matrix' || object === 'job') return null
  if ((object !== 'inputs' && object !== 'component') || name === undefined || rest.length > 0)
    return complain(`unknown interpolation: \`${access}\` (it should be inputs.NAME or component.NAME)`)
  if (object === 'component') {
    if (component === null) return complain(`\`${access}\` is known only where the file is included as a component`)
    const fact = component.get(name)
    return fact === undefined
      ? complain(`unknown component data: \`${name}\` (spec:component lists what is asked for)`)
      : scalarOf(fact, place)
  }
  const value = inputs.get(name)
  if (!value) return complain(`unknown input name provided: \`${name}\`${diagnostics.didYouMean(name, inputs.keys())}`)
  if (functions.length > maxFunctions)
    return complain(`too many functions in interpolation block: at most ${maxFunctions}`)
  if (functions.length === 0) return value

  let text = textOf(value)
  for (const written of functions) {
    const apply = inputFunctionOf(written, expandVariables)
    if (!apply)
      return complain(
        `no function matching \`${written}\`: check that the function name, arguments, and types are correct`,
      )
    text = apply(text)
  }
  return scalarOf(text, value.place)
}

function textOf(value: YamlNode): string {
  return value.kind === 'scalar' ? value.text : JSON.stringify(plainOf(value))
}
