import type { Surroundings } from '../condition/clause.ts'
import { surroundingsOf } from '../condition/surroundings.ts'
import type { PipelineContext } from '../context.ts'
import type { Diagnostics } from '../diagnostics.ts'
import type { SourceFiles } from '../ports.ts'
import { createExpander, type Expander, forNames } from '../variables/expand.ts'
import { createVariableSpace } from '../variables/space.ts'
import { documentLimits } from '../yaml/limits.ts'
import type { Place, SourceText, YamlNode } from '../yaml/node.ts'
import { type Budget, createBudget } from './budget.ts'
import type { ComponentFacts } from './component.ts'
import type { Inputs } from './inputs.ts'
import type { Origin } from './locate.ts'

// What all files of one configuration share while they are loaded, its bounds above all.

const maxFiles = 150

export interface Assembly {
  readonly context: PipelineContext
  readonly files: SourceFiles
  readonly diagnostics: Diagnostics
  readonly mergeBudget: Budget
}

export interface Loading extends Assembly {
  readonly names: Expander
  readonly surroundings: Surroundings
  readonly textBudget: Budget
  readonly nodeBudget: Budget
  readonly fileBudget: Budget
  /** Entries of `include` that could not be read, which grows. */
  readonly missing: YamlNode[]
}

export interface FileToLoad {
  readonly source: SourceText
  readonly origin: Origin
  readonly inputs: { readonly given: Inputs; readonly place: Place; readonly isUntyped: boolean }
  readonly facts?: ComponentFacts | undefined
}

export function loadingOf(assembly: Assembly): Loading {
  const { context, files } = assembly
  const space = createVariableSpace(context)
  const layers = space.layersFor({})
  return {
    ...assembly,
    names: createExpander(layers, forNames, space.expansionBudget),
    surroundings: surroundingsOf(context, files, layers, space.expansionBudget),
    textBudget: createBudget(documentLimits.expandedBytes, 'inputs make more than 20 MB of text'),
    nodeBudget: createBudget(
      documentLimits.nodes,
      'the configuration has more than 100,000 nodes with all its includes',
    ),
    missing: [],
    fileBudget: createBudget(maxFiles, `Maximum of ${maxFiles} nested includes are allowed!`),
  }
}
