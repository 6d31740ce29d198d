import type { PipelineContext } from '../context.ts'
import type { Budget } from '../document/budget.ts'
import type { SourceFiles } from '../ports.ts'
import { createExpander, forPatterns } from '../variables/expand.ts'
import { lookUp, shownLayers, type VariableLayers } from '../variables/layers.ts'
import type { Surroundings } from './clause.ts'

/** What conditions look at, for one set of variables. */
export function surroundingsOf(
  context: PipelineContext,
  files: SourceFiles,
  layers: VariableLayers,
  expansionBudget: Budget,
): Surroundings {
  const shown = shownLayers(layers)
  return {
    projectPath: context.project.path,
    sha: context.sha,
    changedPaths: context.changedPaths,
    files,
    readVariable: name => lookUp(layers, name),
    showVariable: name => shortened(lookUp(shown, name)),
    expand: createExpander(layers, forPatterns, expansionBudget).expand,
  }
}

const maxShownLength = 1000

/** An explanation is kept for each job: a long message need not be in all of them. */
function shortened(value: string | null): string | null {
  return value !== null && value.length > maxShownLength ? `${value.slice(0, maxShownLength)}…` : value
}
