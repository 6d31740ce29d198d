import type { UpstreamNeed } from '../model.ts'
import { isNull, valueAt, type YamlNode } from '../yaml/node.ts'
import { combinationsOf } from './instances.ts'
import { booleanAt, flatItemsOf, textAt, textOf } from './read.ts'

/** One entry of `needs`, before its name is matched with the jobs of the pipeline. */
export interface WrittenNeed {
  readonly job: string
  readonly artifacts: boolean
  readonly optional: boolean
  /** The instances asked for by `parallel:matrix`; null: all. */
  readonly matrix: readonly Readonly<Record<string, string>>[] | null
  readonly node: YamlNode
}

export interface WrittenNeeds {
  readonly local: readonly WrittenNeed[]
  readonly upstream: readonly UpstreamNeed[]
}

export function readNeeds(node: YamlNode, expand: (text: string) => string): WrittenNeeds {
  const local: WrittenNeed[] = []
  const upstream: UpstreamNeed[] = []
  for (const item of flatItemsOf(node)) {
    const pipeline = textAt(item, 'pipeline')
    const job = item.kind === 'mapping' ? textAt(item, 'job') : textOf(item)
    const artifacts = booleanAt(item, 'artifacts') ?? true
    if (pipeline !== null) upstream.push({ pipeline: expand(pipeline), job, artifacts })
    else if (job !== null && !isNull(item))
      local.push({ job, artifacts, optional: booleanAt(item, 'optional') ?? false, matrix: matrixOf(item), node: item })
  }
  return { local, upstream }
}

/** `needs` of other pipelines only leave the order by stages as it is. */
export function isByStage(needs: WrittenNeeds): boolean {
  return needs.local.length === 0 && needs.upstream.length > 0
}

function matrixOf(item: YamlNode): readonly Readonly<Record<string, string>>[] | null {
  const matrix = valueAt(valueAt(item, 'parallel'), 'matrix')
  return matrix ? combinationsOf(matrix) : null
}
