import type { Diagnostics } from '../diagnostics.ts'
import type { Configuration, JobEntry } from '../document/configuration.ts'
import { maxNeeds } from '../keywords/needs.ts'
import { instanceName, instancesOf } from '../plan/instances.ts'
import { stageOf } from '../plan/job.ts'
import { hasMatrixValues, readNeeds, type WrittenNeed } from '../plan/needs.ts'
import { flatItemsOf, itemsOf } from '../plan/read.ts'
import { hasStagesOfTexts, stagesOf } from '../plan/stages.ts'
import { isString, type ScalarNode, valueAt, type YamlNode } from '../yaml/node.ts'
import { circlesIn, circleText } from './circles.ts'

// What jobs say of each other: stages, needs, dependencies. Runs over the jobs of the file, before conditions.

interface JobsByName {
  readonly stages: readonly string[]
  /** Names of jobs and of their parallel instances → the job. */
  readonly byName: ReadonlyMap<string, JobEntry>
  readonly instanceCounts: ReadonlyMap<string, number>
  readonly diagnostics: Diagnostics
}

const maxInstances = 2000

export function checkGraph({ root, jobs }: Configuration, diagnostics: Diagnostics): void {
  const byName = new Map<string, JobEntry>()
  const instanceCounts = new Map<string, number>()
  let instanceCount = 0
  for (const job of jobs) {
    const instances = instancesOf(job.name, job.node)
    instanceCount += instances.length
    if (instanceCount > maxInstances) {
      diagnostics.error(`the pipeline has more than ${maxInstances} jobs with all instances`, job.name, job.key.place)
      return
    }
    byName.set(job.name, job)
    for (const instance of instances) byName.set(instance.name, job)
    instanceCounts.set(job.name, instances.length)
  }
  const graph: JobsByName = { stages: stagesOf(root), byName, instanceCounts, diagnostics }
  const areStagesRight = hasStagesOfTexts(root)
  for (const job of jobs) {
    if (areStagesRight) checkStage(job, graph)
    const needs = checkNeeds(job, valueAt(job.node, 'needs'), graph)
    for (const rule of flatItemsOf(valueAt(job.node, 'rules'))) checkNeeds(job, valueAt(rule, 'needs'), graph)
    checkDependencies(job, needs, graph)
    checkGenerators(job, graph)
  }
  checkCircles(jobs, graph)
}

/** Jobs of one stage that need each other in a circle could never start. */
function checkCircles(jobs: readonly JobEntry[], { byName, diagnostics }: JobsByName): void {
  const neededBy = (job: JobEntry) => {
    const needs = valueAt(job.node, 'needs')
    return needs ? readNeeds(needs).local.flatMap(need => byName.get(need.job) ?? []) : []
  }
  for (const [first, ...others] of circlesIn(jobs, neededBy)) {
    if (!first) continue
    const names = [first, ...others].map(job => job.name)
    const place = (valueAt(first.node, 'needs') ?? first.key).place
    diagnostics.error(`The pipeline has circular dependencies: ${circleText(names)}`, `${first.name}:needs`, place)
  }
}

function checkStage(job: JobEntry, { stages, diagnostics }: JobsByName): void {
  const written = valueAt(job.node, 'stage') ?? valueAt(job.node, 'type')
  if (written && !isString(written)) return
  const stage = stageOf(job.node)
  if (stages.includes(stage)) return
  const available = stages.length > 0 ? `; available stages are ${stages.join(', ')}` : ''
  diagnostics.error(
    `${job.name} job: chosen stage ${stage} does not exist${available}${diagnostics.didYouMean(stage, stages)}`,
    `${job.name}:stage`,
    (written ?? job.key).place,
  )
}

function checkNeeds(job: JobEntry, node: YamlNode | undefined, graph: JobsByName): readonly WrittenNeed[] | null {
  if (!node || node.kind === 'scalar') return null
  const complain: Complain = (message, at) => graph.diagnostics.error(message, `${job.name}:needs`, at.place)
  const { local } = readNeeds(node)
  const count = countOf(local, graph)
  if (count > maxNeeds) {
    complain(`${job.name}: one job can only need ${maxNeeds} others, but you have listed ${count}`, node)
    return local
  }
  checkDuplicates(job, local, complain)
  const instances = hasMatrixValues(node) ? instancesOf(job.name, job.node) : []
  const readings = instances.map(({ parallel }) => readNeeds(node, { ownMatrix: parallel?.matrix ?? null }).local)
  const needs = instances.length > 0 ? uniqueNeeds(readings.flat()) : local
  for (const need of needs) checkNeed(job, need, graph, complain)
  return needs
}

type Complain = (message: string, at: YamlNode) => void

function checkDuplicates(job: JobEntry, needs: readonly WrittenNeed[], complain: Complain): void {
  const seen = new Set<string>()
  for (const { job: name, matrix, node } of needs) {
    if (matrix !== null) continue
    if (seen.has(name)) complain(`${job.name} has the following needs duplicated: ${name}.`, node)
    seen.add(name)
  }
}

function uniqueNeeds(needs: readonly WrittenNeed[]): readonly WrittenNeed[] {
  return [...new Map(needs.map(need => [JSON.stringify([need.job, need.matrix]), need])).values()]
}

/** Each instance of a parallel job counts. */
function countOf(needs: readonly WrittenNeed[], { instanceCounts }: JobsByName): number {
  return needs.reduce((sum, need) => sum + (need.matrix?.length ?? instanceCounts.get(need.job) ?? 1), 0)
}

function checkNeed(job: JobEntry, need: WrittenNeed, graph: JobsByName, complain: Complain): void {
  for (const name of need.matrix?.map(matrix => instanceName(need.job, matrix)) ?? [need.job]) {
    const needed = graph.byName.get(name)
    if (!needed) {
      if (!need.optional)
        complain(
          `${job.name} job: undefined need: ${name}${graph.diagnostics.didYouMean(name, graph.byName.keys())}`,
          need.node,
        )
    } else if (!isNotLater(needed, job, graph))
      complain(`${job.name} job: need ${name} is not defined in current or prior stages`, need.node)
  }
}

/** `trigger: include: [{artifact, job}]`: the job that writes the child pipeline's configuration. */
function checkGenerators(job: JobEntry, graph: JobsByName): void {
  for (const included of flatItemsOf(valueAt(valueAt(job.node, 'trigger'), 'include'))) {
    const generator = valueAt(included, 'job')
    if (isString(generator)) checkDependency(job, generator, 'trigger:include', graph)
  }
}

function checkDependencies(job: JobEntry, needs: readonly WrittenNeed[] | null, graph: JobsByName): void {
  for (const item of itemsOf(valueAt(job.node, 'dependencies')).filter(isString)) {
    const isRight = checkDependency(job, item, 'dependencies', graph)
    if (isRight && needs && !isNeeded(item, needs)) {
      const message = `${job.name} job: dependencies the ${item.text} should be part of needs`
      graph.diagnostics.error(message, `${job.name}:dependencies`, item.place)
    }
  }
}

function checkDependency(job: JobEntry, item: ScalarNode, key: string, graph: JobsByName): boolean {
  const { byName, diagnostics } = graph
  const complain = (message: string): false => {
    diagnostics.error(`${job.name} job: ${message}`, `${job.name}:${key}`, item.place)
    return false
  }
  const needed = byName.get(item.text)
  if (!needed) return complain(`undefined dependency: ${item.text}${diagnostics.didYouMean(item.text, byName.keys())}`)
  if (isNotLater(needed, job, graph)) return true
  return complain(`dependency ${item.text} is not defined in current or prior stages`)
}

function isNeeded(item: ScalarNode, needs: readonly WrittenNeed[]): boolean {
  return needs.some(
    need => need.job === item.text || need.matrix?.some(matrix => instanceName(need.job, matrix) === item.text),
  )
}

/** Jobs of unknown stages were told of already. */
function isNotLater(needed: JobEntry, job: JobEntry, { stages }: JobsByName): boolean {
  const theirs = stages.indexOf(stageOf(needed.node))
  const ours = stages.indexOf(stageOf(job.node))
  return theirs === -1 || ours === -1 || theirs <= ours
}
