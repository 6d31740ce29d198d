import type { YamlNode } from '../yaml/node.ts'
import { valueAt } from '../yaml/node.ts'

// Reads values out of a checked document. What has the wrong shape was refused before; it reads as absent here.

export function textAt(node: YamlNode | undefined, key: string): string | null {
  return textOf(valueAt(node, key))
}

export function textOf(node: YamlNode | undefined): string | null {
  return node?.kind === 'scalar' ? node.text : null
}

export function booleanAt(node: YamlNode | undefined, key: string): boolean | null {
  const value = valueAt(node, key)
  return value?.kind === 'scalar' && typeof value.value === 'boolean' ? value.value : null
}

/** One text or a list of them, nested lists flattened; null when the key is absent. */
export function textsAt(node: YamlNode | undefined, key: string): readonly string[] | null {
  const value = valueAt(node, key)
  return value ? textsOf(value) : null
}

export function textsOf(node: YamlNode): readonly string[] {
  if (node.kind === 'scalar') return node.type === 'null' ? [] : [node.text]
  return flatItemsOf(node).flatMap(item => (item.kind === 'scalar' ? textsOf(item) : []))
}

export function integersAt(node: YamlNode | undefined, key: string): readonly number[] | null {
  return textsAt(node, key)?.map(Number) ?? null
}

/** The items of a list with nested lists flattened; a value that is no list counts as a list of one. */
export function flatItemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  if (!node) return []
  if (node.kind !== 'sequence') return [node]
  return node.items.some(isSequence) ? node.items.flatMap(flatItemsOf) : node.items
}

function isSequence(node: YamlNode): boolean {
  return node.kind === 'sequence'
}

export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'sequence' ? node.items : []
}

export function choiceOf<Choice extends string>(text: string | null, choices: readonly Choice[]): Choice | null {
  return choices.find(choice => choice === text) ?? null
}
