import type { TriggerPlan } from '../model.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { plainOf } from '../yaml/plain.ts'
import { booleanAt, choiceOf, flatItemsOf, textAt, textOf } from './read.ts'

export const triggerStrategies = ['depend', 'mirror'] as const

export function triggerPlanOf(node: YamlNode | undefined, expand: (text: string) => string): TriggerPlan | null {
  if (!node) return null
  const project = node.kind === 'mapping' ? textAt(node, 'project') : textOf(node)
  const branch = textAt(node, 'branch')
  const include = valueAt(node, 'include')
  const forward = valueAt(node, 'forward')
  const inputs = valueAt(node, 'inputs')
  return {
    project: project === null ? null : expand(project),
    branch: branch === null ? null : expand(branch),
    include: include ? flatItemsOf(include).map(includeEntryOf) : null,
    strategy: choiceOf(textAt(node, 'strategy'), triggerStrategies),
    forward: {
      yamlVariables: booleanAt(forward, 'yaml_variables') ?? true,
      pipelineVariables: booleanAt(forward, 'pipeline_variables') ?? false,
    },
    inputs: inputs ? (plainOf(inputs) as Readonly<Record<string, unknown>>) : {},
  }
}

function includeEntryOf(node: YamlNode): Readonly<Record<string, unknown>> {
  if (node.kind === 'mapping') return plainOf(node) as Readonly<Record<string, unknown>>
  const text = textOf(node) ?? ''
  return /^https?:\/\//.test(text) ? { remote: text } : { local: text }
}
