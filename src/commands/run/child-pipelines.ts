// `trigger: include:` of a run: the child's file is compiled as the parent's was. Pipelines of other projects need a server.
import { AppError } from '../../kit/errors.ts'
import { compile } from '../../pipeline/compile.ts'
import type { PipelineContext, Variable } from '../../pipeline/context.ts'
import type { JobPlan, TriggerPlan } from '../../pipeline/model.ts'
import type { SourceFiles } from '../../pipeline/ports.ts'
import type { CompiledPipeline } from './compiled-pipeline.ts'
import type { OwnedJob, RunningPipeline } from './local-run.ts'

export type ChildPipelines = {
  /** @throws AppError `no_such_project`, `no_child_pipeline` */
  readonly compile: (bridge: OwnedJob) => Promise<CompiledPipeline>
}

/** A file of the artifacts of a job of the parent pipeline; null: there is none. */
export type ReadArtifact = (
  parent: RunningPipeline,
  place: { readonly job: string; readonly path: string },
) => Promise<string | null>

/** Child pipelines have children, but no grandchildren. */
const maxDepth = 2

export function createChildPipelines(source: SourceFiles, readArtifact: ReadArtifact): ChildPipelines {
  return {
    async compile({ job, owner }) {
      const plan = owner.pipeline.planOf(job)
      const { trigger } = plan
      if (trigger?.project != null)
        throw new AppError('no_such_project', `${trigger.project} is another project: 'slipway run' has this one alone`)
      if (trigger === null || trigger.include === null) throw noChild('it has no include')
      if (depthOf(owner) >= maxDepth) throw noChild(`child pipelines can be nested ${maxDepth} deep`)
      const context = contextOfChild(plan, trigger, owner, job.id)
      const files = { ...source, readArtifact: (place: Parameters<ReadArtifact>[1]) => readArtifact(owner, place) }
      const result = await compile(JSON.stringify({ include: trigger.include }), context, files)
      if (!result.valid)
        throw noChild(result.errors.map(error => `${error.file}:${error.line}: ${error.message}`).join('; '))
      if (!result.created) throw noChild(result.message)
      return { plan: result.plan, context, sourceSha: owner.sourceSha }
    },
  }
}

function contextOfChild(
  plan: JobPlan,
  trigger: TriggerPlan,
  { pipeline, context }: RunningPipeline,
  jobId: number,
): PipelineContext {
  const ofFile = Object.entries(plan.variables).map(([key, value]): Variable => ({ key, value }))
  return {
    ...context,
    source: 'parent_pipeline',
    inputs: trigger.inputs,
    upstream: { pipelineId: String(pipeline.id), projectId: context.project.id, jobId: String(jobId) },
    variables: {
      ...context.variables,
      pipeline: [
        ...(trigger.forward.yamlVariables ? ofFile : []),
        ...(trigger.forward.pipelineVariables ? context.variables.pipeline : []),
      ],
    },
  }
}

function depthOf({ parent }: RunningPipeline): number {
  return parent === null ? 0 : depthOf(parent.pipeline) + 1
}

function noChild(why: string): AppError {
  return new AppError('no_child_pipeline', `the child pipeline could not be made: ${why}`)
}
