import type { PipelineContext } from '../context.ts'
import { layerOf, type VariableLayer, type VariableLayers } from './layers.ts'
import { pipelinePredefined, projectPredefined, userPredefined } from './predefined.ts'
import { applicableVariables, hasScopedVariables } from './scope.ts'

// All layers of a pipeline, in one place:
//
//   schedule > pipeline > project > groups > instance > user > file > pipeline predefined > project predefined > job predefined
//
// Levels that only a running job has (ids, tokens, dotenv, manual variables) are added by `jobVariables`.

export interface VariableSpace {
  /** What conditions and names see. The job's own layers are absent for the workflow and for includes. */
  layersFor(given: {
    readonly file?: VariableLayer
    readonly job?: VariableLayer
    readonly environment?: string | null
  }): VariableLayers
  readonly projectPredefined: VariableLayer
  readonly pipelinePredefined: VariableLayer
  readonly userPredefined: VariableLayer
}

export function createVariableSpace(context: PipelineContext): VariableSpace {
  const project = projectPredefined(context)
  const pipeline = pipelinePredefined(context)
  const user = userPredefined(context)
  const outer = outerLayers(context, null)
  const isScoped = hasScopedVariables(context.variables)
  return {
    projectPredefined: project,
    pipelinePredefined: pipeline,
    userPredefined: user,
    layersFor: ({ file, job, environment = null }) => [
      ...(isScoped && environment !== null ? outerLayers(context, environment) : outer),
      user,
      ...(file ? [file] : []),
      pipeline,
      project,
      ...(job ? [job] : []),
    ],
  }
}

function outerLayers(context: PipelineContext, environment: string | null): VariableLayers {
  const { instance, groups, project, pipeline, schedule } = context.variables
  return [
    layerOf(schedule),
    layerOf(pipeline),
    layerOf(applicableVariables(project, context, environment)),
    layerOf(applicableVariables(groups, context, environment)),
    layerOf(applicableVariables(instance, context, environment)),
  ].filter(layer => layer.size > 0)
}
