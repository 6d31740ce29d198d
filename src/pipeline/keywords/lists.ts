import { isNull, type YamlNode } from '../yaml/node.ts'
import { any, byKind, type JsonSchema, type Shape } from './shape.ts'
import { complain, type Spot } from './spot.ts'

// Lists of texts and of other things.

const textList: JsonSchema = { type: 'array', items: { type: 'string' } }

/** A list of texts, nothing nested. */
export function texts(otherwise = 'should be an array of strings'): Shape {
  return {
    schema: textList,
    check: (node, spot) => {
      if (node.kind !== 'sequence' || !node.items.every(isText)) complain(spot, node, otherwise)
    },
  }
}

/** One text or a list of texts. */
export function textOrTexts(otherwise = 'should be an array of strings or a string'): Shape {
  return byKind({ text: any('string'), list: texts(otherwise), otherwise })
}

/** One integer or a list of integers. */
export function integerOrIntegers(otherwise = 'should be an array of integers or an integer'): Shape {
  return {
    schema: { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] },
    check: (node, spot) => {
      const items = node.kind === 'sequence' ? node.items : [node]
      if (!items.every(item => item.kind === 'scalar' && item.type === 'integer')) complain(spot, node, otherwise)
    },
  }
}

const maxNesting = 10

/** Texts in lists in lists, as `!reference` makes them. */
export function nestedTexts(options: { readonly alsoOne: boolean; readonly otherwise: string }): Shape {
  return {
    schema: {
      anyOf: [
        ...(options.alsoOne ? [{ type: 'string' }] : []),
        { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'array' }] } },
      ],
    },
    check: (node, spot) => {
      const isRight = node.kind === 'sequence' ? isNestedTexts(node, 1) : options.alsoOne && isText(node)
      if (isRight) return
      const culprit = node.kind === 'sequence' ? (node.items.find(item => !isNestedTexts(item, 1)) ?? node) : node
      complain(spot, culprit, options.otherwise + hintFor(culprit))
    },
  }
}

export interface ListOptions {
  readonly otherwise: string
  readonly atMost?: { readonly items: number; readonly reason: string }
}

/** A list whose items, nested lists flattened, have one shape; null items are left alone. */
export function listOf(item: Shape, itemSpot: (spot: Spot) => Spot, options: ListOptions): Shape {
  return {
    schema: { type: 'array', items: item.schema },
    check: (node, spot) => {
      if (node.kind !== 'sequence') return complain(spot, node, options.otherwise)
      const items = flatten(node.items)
      if (options.atMost && items.length > options.atMost.items) complain(spot, node, options.atMost.reason)
      for (const each of items) if (!isNull(each)) item.check(each, itemSpot(spot))
    },
  }
}

export function isText(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.type === 'string'
}

function flatten(items: readonly YamlNode[]): readonly YamlNode[] {
  return items.flatMap(item => (item.kind === 'sequence' ? flatten(item.items) : [item]))
}

function isNestedTexts(node: YamlNode, level: number): boolean {
  if (node.kind !== 'sequence') return isText(node)
  return level <= maxNesting && node.items.every(item => isNestedTexts(item, level + 1))
}

/** The commonest slip: a colon that makes a map of a command. */
function hintFor(node: YamlNode): string {
  return node.kind === 'mapping' && node.entries.size === 1 ? ` (a colon makes this a map: quote the whole line)` : ''
}
