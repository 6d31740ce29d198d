import type { RootVariable, YamlVariable } from '../model.ts'
import { textAt, textsAt } from '../plan/read.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'

/** Variables of the file by key, stronger levels merged over weaker ones before anything is expanded. */
export type YamlVariables = ReadonlyMap<string, YamlVariable>

/** `{A: 1, B: {value: x, expand: false}}`; numbers and booleans become text, null an empty one. */
export function yamlVariablesOf(node: YamlNode | undefined): YamlVariables {
  const variables = new Map<string, YamlVariable>()
  if (node?.kind !== 'mapping') return variables
  for (const [key, { value }] of node.entries) variables.set(key, { key, ...definitionOf(value) })
  return variables
}

/** With what a form shows beside them. */
export function rootVariablesOf(node: YamlNode | undefined, merged: YamlVariables): readonly RootVariable[] {
  return [...merged.values()].map(variable => {
    const written = valueAt(node, variable.key)
    return { ...variable, description: textAt(written, 'description'), options: textsAt(written, 'options') ?? [] }
  })
}

export function mergeVariables(...levels: readonly YamlVariables[]): YamlVariables {
  const filled = levels.filter(level => level.size > 0)
  return filled.length === 1 && filled[0] ? filled[0] : new Map(filled.flatMap(level => [...level]))
}

function definitionOf(node: YamlNode): Omit<YamlVariable, 'key'> {
  if (node.kind === 'scalar') return { value: node.text, raw: false }
  const value = valueAt(node, 'value')
  const expand = valueAt(node, 'expand')
  return {
    value: value?.kind === 'scalar' ? value.text : '',
    raw: expand?.kind === 'scalar' && expand.value === false,
  }
}
