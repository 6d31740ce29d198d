import type { PipelineContext } from '../context.ts'
import type { SourceFiles } from '../ports.ts'
import { createExpander, forPatterns } from '../variables/expand.ts'
import { lookUp, shownLayers, type VariableLayers } from '../variables/layers.ts'
import type { Surroundings } from './clause.ts'

/** What conditions look at, for one set of variables. */
export function surroundingsOf(context: PipelineContext, files: SourceFiles, layers: VariableLayers): Surroundings {
  const shown = shownLayers(layers)
  return {
    projectPath: context.project.path,
    sha: context.sha,
    changedPaths: context.changedPaths,
    files,
    readVariable: name => lookUp(layers, name),
    showVariable: name => lookUp(shown, name),
    expand: createExpander(layers, forPatterns).expand,
  }
}
