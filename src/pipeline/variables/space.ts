import type { PipelineContext, Variable, VariableLevels } from '../context.ts'
import { type Budget, createBudget } from '../document/budget.ts'
import { layerOf, shownLayers, type VariableLayer, type VariableLayers } from './layers.ts'
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
    /** For plans and explanations: without what nobody shall see. */
    readonly isShown?: boolean
  }): VariableLayers
  readonly projectPredefined: VariableLayer
  readonly pipelinePredefined: VariableLayer
  readonly userPredefined: VariableLayer
  /** Of everything that is expanded for the pipeline. */
  readonly expansionBudget: Budget
}

const maxExpandedCharacters = 50_000_000

export function createVariableSpace(context: PipelineContext): VariableSpace {
  const project = projectPredefined(context)
  const pipeline = pipelinePredefined(context)
  const user = userPredefined(context)
  const outer = outerLayers(context, null)
  const shownOuter = shownLayers(outer)
  const isScoped = hasScopedVariables(context.variables)
  const outerFor = (environment: string | null, isShown: boolean) => {
    if (!isScoped || environment === null) return isShown ? shownOuter : outer
    const scoped = outerLayers(context, environment)
    return isShown ? shownLayers(scoped) : scoped
  }
  return {
    projectPredefined: project,
    pipelinePredefined: pipeline,
    userPredefined: user,
    expansionBudget: createBudget(maxExpandedCharacters, 'variables expand to more than 50 MB of text over all jobs'),
    layersFor: ({ file, job, environment = null, isShown = false }) => [
      ...outerFor(environment, isShown),
      user,
      ...(file ? [file] : []),
      pipeline,
      project,
      ...(job ? [job] : []),
    ],
  }
}

function outerLayers(context: PipelineContext, environment: string | null): VariableLayers {
  const { instance, groups, project, pipeline, schedule } = hidden(context)
  return [
    layerOf(schedule),
    layerOf(pipeline),
    layerOf(applicableVariables(project, context, environment)),
    layerOf(applicableVariables(groups, context, environment)),
    layerOf(applicableVariables(instance, context, environment)),
  ].filter(layer => layer.size > 0)
}

function hidden(context: PipelineContext): VariableLevels {
  const { variables } = context
  if (!context.hidesVariableValues) return variables
  const hide = (level: readonly Variable[]) => level.map(variable => ({ ...variable, masked: true }))
  return {
    instance: hide(variables.instance),
    groups: hide(variables.groups),
    project: hide(variables.project),
    pipeline: hide(variables.pipeline),
    schedule: hide(variables.schedule),
  }
}
