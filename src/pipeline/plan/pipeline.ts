import { ConditionError } from '../condition/clause.ts'
import type { PipelineContext } from '../context.ts'
import type { Diagnostics } from '../diagnostics.ts'
import { createBudget } from '../document/budget.ts'
import type { Configuration, JobEntry } from '../document/configuration.ts'
import type { CompileResult, Explanation, LeftOutJob } from '../model.ts'
import type { SourceFiles } from '../ports.ts'
import { ExpansionError, requireNoCircles } from '../variables/expand.ts'
import { runnerPredefined, runtimeNames } from '../variables/job-predefined.ts'
import { plainLayer, type VariableLayer } from '../variables/layers.ts'
import { createVariableSpace, type VariableSpace } from '../variables/space.ts'
import { rootVariablesOf } from '../variables/yaml-variables.ts'
import { valueAt } from '../yaml/node.ts'
import { instancesOf, type JobInstance } from './instances.ts'
import { linkNeeds } from './link-needs.ts'
import { type Seed, type SeedContext, seedJob } from './seed.ts'
import { stagesOf } from './stages.ts'
import { weightOf } from './weight.ts'
import { decideWorkflow } from './workflow.ts'

/** A checked configuration and an event → the plan, or why there is none. Mistakes of this stage go to the diagnostics. */
export async function planPipeline(
  configuration: Configuration,
  context: PipelineContext,
  files: SourceFiles,
  diagnostics: Diagnostics,
): Promise<CompileResult> {
  const { root } = configuration
  const space = createVariableSpace(context)
  const workflow = await decideWorkflow(root, context, files, space)
  if (!workflow.isCreated)
    return notCreated('workflow', 'Pipeline filtered out by workflow rules.', workflow.explanations, [], diagnostics)

  // Circles through variables of the file are found with the jobs that have them.
  const layers = space.layersFor({})
  requireNoCircles(new Set(layers.flatMap(layer => [...layer.keys()])), layers)
  const commonPredefined = commonPredefinedOf(space, context, workflow.name)
  const seeding: SeedContext = {
    context,
    files,
    space,
    rootVariables: workflow.variables,
    stages: stagesOf(root),
    hasDefaultOnly: valueAt(valueAt(root, 'workflow'), 'rules') === undefined,
    commonPredefined,
    commonLayer: plainLayer(commonPredefined),
  }
  const { seeds, undecided } = await seedJobs(configuration.jobs, seeding, diagnostics)
  const jobs = linkNeeds(seeds, undecided, configuration, diagnostics)
  const explanations = [...workflow.explanations, ...seeds.map(seed => seed.explanation)]
  const leftOut = leftOutOf(seeds)
  if (!jobs.some(job => job.stage !== '.pre' && job.stage !== '.post'))
    return notCreated(
      'no_jobs',
      'Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.',
      explanations,
      leftOut,
      diagnostics,
    )

  const inOrder = [...jobs].sort((a, b) => a.stageIndex - b.stageIndex)
  return {
    valid: true,
    created: true,
    warnings: diagnostics.warnings(),
    plan: {
      name: workflow.name,
      stages: [...new Set(inOrder.map(job => job.stage))],
      jobs: inOrder,
      leftOut,
      explanations,
      autoCancel: workflow.autoCancel,
      variables: rootVariablesOf(valueAt(root, 'variables'), workflow.variables),
    },
  }
}

interface Seeds {
  readonly seeds: readonly Seed[]
  /** Jobs of which nobody can say whether they are in: that was told. */
  readonly undecided: ReadonlySet<string>
}

/** Where so many jobs cannot be decided, the others would say nothing new. */
const maxUndecided = 50
const maxPlanCharacters = 20_000_000

/** Throws BudgetExceeded. */
async function seedJobs(jobs: readonly JobEntry[], seeding: SeedContext, diagnostics: Diagnostics): Promise<Seeds> {
  const budget = createBudget(maxPlanCharacters, 'the jobs have more than 20 MB of text with defaults and variables')
  const seeds: Seed[] = []
  const undecided = new Set<string>()
  for (const entry of jobs) {
    if (undecided.size >= maxUndecided) undecided.add(entry.name)
    else if (!(await seedInstances(entry))) undecided.add(entry.name)
  }
  return { seeds, undecided }

  async function seedInstances(entry: JobEntry): Promise<boolean> {
    for (const instance of instancesOf(entry.name, entry.node)) {
      const seed = await trySeed(entry, instance, seeding, diagnostics)
      if (!seed) return false
      budget.spend(weightOf(seed.explanation) + weightOf(seed.plan, 'predefined'))
      seeds.push(seed)
    }
    return true
  }
}

async function trySeed(
  entry: JobEntry,
  instance: JobInstance,
  seeding: SeedContext,
  diagnostics: Diagnostics,
): Promise<Seed | null> {
  try {
    return await seedJob(entry, instance, seeding)
  } catch (error) {
    if (!(error instanceof ConditionError || error instanceof ExpansionError)) throw error
    if (error instanceof ConditionError)
      diagnostics.error(`Failed to parse rule for ${entry.name}: ${error.message}`, `${entry.name}:rules`, error.place)
    else diagnostics.error(`${instance.name}: ${error.message}`, entry.name, entry.key.place)
    return null
  }
}

function commonPredefinedOf(
  space: VariableSpace,
  context: PipelineContext,
  name: string | null,
): Readonly<Record<string, string>> {
  const common: Record<string, string> = Object.fromEntries(runtimeNames.map(name => [name, '']))
  const layers: readonly VariableLayer[] = [
    space.projectPredefined,
    space.pipelinePredefined,
    space.userPredefined,
    runnerPredefined(context.project.path),
  ]
  if (name !== null) common.CI_PIPELINE_NAME = name
  for (const layer of layers) for (const [key, variable] of layer) common[key] = variable.value
  // Filled key by key it is a dictionary, which costs each job as much again; from JSON it is copied as a whole.
  return JSON.parse(JSON.stringify(common))
}

function leftOutOf(seeds: readonly Seed[]): readonly LeftOutJob[] {
  return seeds
    .filter(seed => seed.plan === null)
    .map(({ explanation }) => ({ name: explanation.job, reason: explanation.reason }))
}

function notCreated(
  reason: 'workflow' | 'no_jobs',
  message: string,
  explanations: readonly Explanation[],
  leftOut: readonly LeftOutJob[],
  diagnostics: Diagnostics,
): CompileResult {
  return { valid: true, created: false, reason, message, warnings: diagnostics.warnings(), explanations, leftOut }
}
