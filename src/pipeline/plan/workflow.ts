import { decideRules, whenOf } from '../condition/rules.ts'
import { surroundingsOf } from '../condition/surroundings.ts'
import type { PipelineContext } from '../context.ts'
import type { AutoCancel, Explanation } from '../model.ts'
import type { SourceFiles } from '../ports.ts'
import { createExpander, forNames } from '../variables/expand.ts'
import { layerOf } from '../variables/layers.ts'
import type { VariableSpace } from '../variables/space.ts'
import { mergeVariables, type YamlVariables, yamlVariablesOf } from '../variables/yaml-variables.ts'
import { type MappingNode, valueAt } from '../yaml/node.ts'
import { choiceOf, textAt } from './read.ts'

export const cancelOnNewCommit = ['conservative', 'interruptible', 'none'] as const
export const cancelOnJobFailure = ['none', 'all'] as const

export interface WorkflowDecision {
  readonly isCreated: boolean
  readonly name: string | null
  readonly autoCancel: AutoCancel
  /** Root variables with those of the matching rule. */
  readonly variables: YamlVariables
  readonly explanations: readonly Explanation[]
}

/** `workflow`: whether there is a pipeline at all, its name, and what its rule adds. */
export async function decideWorkflow(
  root: MappingNode,
  context: PipelineContext,
  files: SourceFiles,
  space: VariableSpace,
): Promise<WorkflowDecision> {
  const workflow = valueAt(root, 'workflow')
  const rules = valueAt(workflow, 'rules')
  const rootVariables = yamlVariablesOf(valueAt(root, 'variables'))
  const layers = space.layersFor({ file: layerOf(rootVariables.values()) })
  const decision = rules
    ? await decideRules(rules, surroundingsOf(context, files, layers, space.expansionBudget))
    : null
  const rule = decision?.rule ?? undefined
  const isCreated = decision === null || (decision.rule !== null && whenOf(decision.rule) !== 'never')
  const variables = mergeVariables(rootVariables, yamlVariablesOf(valueAt(rule, 'variables')))
  const cancel = valueAt(rule, 'auto_cancel') ?? valueAt(workflow, 'auto_cancel')
  return {
    isCreated,
    name: nameOf(variables),
    autoCancel: {
      onNewCommit: choiceOf(textAt(cancel, 'on_new_commit'), cancelOnNewCommit) ?? 'conservative',
      onJobFailure: choiceOf(textAt(cancel, 'on_job_failure'), cancelOnJobFailure) ?? 'none',
    },
    variables,
    explanations: decision
      ? [
          {
            job: 'workflow',
            included: isCreated,
            decidedBy: 'rules',
            reason: decision.reason,
            rule: decision.number,
            clauses: decision.clauses,
          },
        ]
      : [],
  }

  function nameOf(variables: YamlVariables): string | null {
    const written = textAt(workflow, 'name')
    if (written === null) return null
    const expander = createExpander(
      space.layersFor({ file: layerOf(variables.values()) }),
      forNames,
      space.expansionBudget,
    )
    return expander.expand(written).trim() || null
  }
}
