import { inheritsVariable, type JobEntry } from '../document/configuration.ts'
import type { EnvironmentPlan } from '../model.ts'
import { createExpander, type Expander, forNames, forPatterns } from '../variables/expand.ts'
import { jobPredefined } from '../variables/job-predefined.ts'
import { layerOf, type VariableLayers } from '../variables/layers.ts'
import type { VariableSpace } from '../variables/space.ts'
import { mergeVariables, type YamlVariables, yamlVariablesOf } from '../variables/yaml-variables.ts'
import { type MappingNode, valueAt } from '../yaml/node.ts'
import { environmentNameOf, environmentPlanOf } from './environment.ts'
import type { JobInstance } from './instances.ts'
import { stageOf } from './job.ts'

/** The variables of one instance of a job, and what they make of its environment. */
export interface JobScope {
  readonly fileVariables: YamlVariables
  readonly layers: VariableLayers
  readonly names: Expander
  readonly patterns: Expander
  readonly environment: EnvironmentPlan | null
}

export interface ScopeDeps {
  readonly space: VariableSpace
  /** Root variables and those of the matching workflow rule. */
  readonly rootVariables: YamlVariables
}

/** Given no rule: what its conditions see. Given the matching rule: what it will have. */
export function createJobScope(
  { name: groupName, node }: JobEntry,
  { name, parallel }: JobInstance,
  { space, rootVariables }: ScopeDeps,
): (rule: MappingNode | null) => JobScope {
  const root = new Map([...rootVariables].filter(([key]) => inheritsVariable(node, key)))
  const own = yamlVariablesOf(valueAt(node, 'variables'))
  const matrix = new Map(
    Object.entries(parallel?.matrix ?? {}).map(([key, value]) => [key, { key, value, raw: false }]),
  )
  const facts = { name, groupName, stage: stageOf(node), parallel, when: null }

  return rule => {
    const fileVariables = mergeVariables(root, own, matrix, yamlVariablesOf(valueAt(rule ?? undefined, 'variables')))
    const file = layerOf(fileVariables.values())
    const plain = scopeWith(space.layersFor({ file, job: jobPredefined({ ...facts, environment: null }) }), {
      fileVariables,
      environment: null,
    })
    const written = environmentNameOf(node)
    if (written === null) return plain
    const environment = environmentPlanOf(node, plain.names.expand(written), plain.names.expand)
    const job = jobPredefined({ ...facts, environment })
    return scopeWith(space.layersFor({ file, job, environment: environment.name }), { fileVariables, environment })
  }

  function scopeWith(layers: VariableLayers, known: Pick<JobScope, 'fileVariables' | 'environment'>): JobScope {
    const { expansionBudget } = space
    return {
      ...known,
      layers,
      names: createExpander(layers, forNames, expansionBudget),
      patterns: createExpander(layers, forPatterns, expansionBudget),
    }
  }
}
