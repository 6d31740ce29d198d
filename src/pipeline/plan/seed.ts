import { decideOnly } from '../condition/only.ts'
import { decideRules, whenOf } from '../condition/rules.ts'
import { surroundingsOf } from '../condition/surroundings.ts'
import type { PipelineContext } from '../context.ts'
import type { JobEntry } from '../document/configuration.ts'
import type { Explanation, JobPlan } from '../model.ts'
import type { SourceFiles } from '../ports.ts'
import { requireNoCircles } from '../variables/expand.ts'
import { finalValuesOf } from '../variables/final-values.ts'
import { jobPredefined } from '../variables/job-predefined.ts'
import { layerOf, type VariableLayer } from '../variables/layers.ts'
import { type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'
import type { JobInstance } from './instances.ts'
import { keywordPlanOf, schedulingOf, sourceOf, stageOf } from './job.ts'
import { createJobScope, type JobScope, type ScopeDeps } from './job-scope.ts'
import { isByStage, readNeeds, type WrittenNeeds } from './needs.ts'

// One instance of a job → in or out, why, and its plan. Needs keep their written names until all jobs are known.

export interface SeedContext extends ScopeDeps {
  readonly context: PipelineContext
  readonly files: SourceFiles
  readonly stages: readonly string[]
  /** Whether jobs without conditions are for branches and tags only. */
  readonly hasDefaultOnly: boolean
  /** What every job's predefined variables have in common. */
  readonly commonPredefined: Readonly<Record<string, string>>
  readonly commonLayer: VariableLayer
}

export interface Seed {
  readonly explanation: Explanation
  readonly plan: Omit<JobPlan, 'needs'> | null
  /** null: by stage. */
  readonly needs: WrittenNeeds | null
  readonly entry: JobEntry
}

export async function seedJob(entry: JobEntry, instance: JobInstance, seeding: SeedContext): Promise<Seed> {
  const { node } = entry
  const scopeFor = createJobScope(entry, instance, seeding)
  const before = scopeFor(null)
  const decision = await decide(instance.name, node, before, seeding)
  if (!decision.explanation.included) return { explanation: decision.explanation, plan: null, needs: null, entry }

  const after = decision.rule ? scopeFor(decision.rule) : before
  const needsNode = valueAt(decision.rule ?? undefined, 'needs') ?? valueAt(node, 'needs')
  const needs = needsNode
    ? readNeeds(needsNode, { expand: after.names.expand, ownMatrix: instance.parallel?.matrix ?? null })
    : null
  return {
    explanation: decision.explanation,
    plan: planOf(entry, instance, decision.rule, after, needs, seeding),
    needs: needs && !isByStage(needs) ? needs : null,
    entry,
  }
}

async function decide(
  name: string,
  node: YamlNode,
  scope: JobScope,
  { context, files, hasDefaultOnly, space }: SeedContext,
): Promise<{ readonly rule: MappingNode | null; readonly explanation: Explanation }> {
  const surroundings = surroundingsOf(context, files, scope.layers, space.expansionBudget)
  const rules = valueAt(node, 'rules')
  if (rules) {
    const { rule, number, reason, clauses } = await decideRules(rules, surroundings)
    const included = rule !== null && whenOf(rule) !== 'never'
    return {
      rule: included ? rule : null,
      explanation: { job: name, included, decidedBy: 'rules', reason, rule: number, clauses },
    }
  }
  const hasRulesKey = node.kind === 'mapping' && node.entries.has('rules')
  const decision = await decideOnly({ job: node, context, surroundings, hasDefault: hasDefaultOnly && !hasRulesKey })
  return { rule: null, explanation: { job: name, rule: null, ...decision } }
}

function planOf(
  entry: JobEntry,
  instance: JobInstance,
  rule: MappingNode | null,
  scope: JobScope,
  needs: WrittenNeeds | null,
  { context, space, stages, commonPredefined, commonLayer }: SeedContext,
): Omit<JobPlan, 'needs'> {
  const { node, name: groupName } = entry
  const stage = stageOf(node)
  requireNoCircles(scope.fileVariables.keys(), scope.layers, space.expansionBudget)
  const scheduling = schedulingOf(node, rule)
  const job = jobPredefined({
    name: instance.name,
    groupName,
    stage,
    parallel: instance.parallel,
    when: scheduling.when,
    environment: scope.environment,
  })
  const layers = [
    ...space.layersFor({
      file: layerOf(scope.fileVariables.values()),
      job,
      environment: scope.environment?.name ?? null,
      isShown: true,
    }),
    commonLayer,
  ]
  return {
    name: instance.name,
    groupName,
    stage,
    stageIndex: stages.indexOf(stage),
    ...scheduling,
    ...keywordPlanOf(groupName, node, rule, scope, context),
    upstreamNeeds: needs?.upstream ?? [],
    environment: scope.environment,
    variables: finalValuesOf(new Set(scope.fileVariables.keys()), layers, space.expansionBudget),
    yamlVariables: [...scope.fileVariables.values()],
    predefined: withValues(commonPredefined, job),
    parallel: instance.parallel,
    source: sourceOf(entry.key),
  }
}

function withValues(values: Readonly<Record<string, string>>, layer: VariableLayer): Readonly<Record<string, string>> {
  const all: Record<string, string> = { ...values }
  for (const [key, { value }] of layer) all[key] = value
  return all
}
