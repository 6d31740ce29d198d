import type { UpstreamNeed } from '../model.ts'
import { isString, valueAt, type YamlNode } from '../yaml/node.ts'
import { combinationsOf } from './instances.ts'
import { booleanAt, flatItemsOf, textAt } from './read.ts'

export interface NeedsReading {
  /** For variables in `needs:pipeline`. */
  readonly expand?: (text: string) => string
  /** Values for `$[[ matrix.X ]]`: those of the instance that needs. */
  readonly ownMatrix?: Readonly<Record<string, string>> | null
}

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

export function readNeeds(node: YamlNode, read: NeedsReading = {}): WrittenNeeds {
  const { expand = (text: string) => text, ownMatrix = null } = read
  const local: WrittenNeed[] = []
  const upstream: UpstreamNeed[] = []
  const fill = (text: string) => fillMatrixValues(text, ownMatrix)
  for (const item of flatItemsOf(node)) {
    const pipeline = textAt(item, 'pipeline')
    const job = item.kind === 'mapping' ? textAt(item, 'job') : isString(item) ? item.text : null
    const artifacts = booleanAt(item, 'artifacts') ?? true
    // A need of another project was refused: its job is none of this pipeline.
    if (valueAt(item, 'project')) continue
    if (pipeline !== null) upstream.push({ pipeline: expand(pipeline), job, artifacts })
    else if (job !== null) {
      const optional = booleanAt(item, 'optional') ?? false
      local.push({ job: fill(job), artifacts, optional, matrix: matrixOf(item, fill), node: item })
    }
  }
  return { local, upstream }
}

/** Whether the needs depend on which instance of a parallel job asks. */
export function hasMatrixValues(node: YamlNode): boolean {
  if (node.kind === 'scalar') return node.text.includes('$[[')
  if (node.kind === 'mapping') return [...node.entries.values()].some(entry => hasMatrixValues(entry.value))
  return node.items.some(hasMatrixValues)
}

/** A need that only follows the status of another pipeline leaves the order by stages as it is. */
export function isByStage(needs: WrittenNeeds): boolean {
  return needs.local.length === 0 && needs.upstream.length > 0 && needs.upstream.every(need => need.job === null)
}

function matrixOf(item: YamlNode, fill: (text: string) => string): WrittenNeed['matrix'] {
  const matrix = valueAt(valueAt(item, 'parallel'), 'matrix')
  if (!matrix) return null
  return combinationsOf(matrix).map(row =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, fill(value)])),
  )
}

function fillMatrixValues(text: string, matrix: Readonly<Record<string, string>> | null): string {
  if (!matrix || !text.includes('$[[')) return text
  return text.replace(/\$\[\[\s*matrix\.(\w+)\s*\]\]/g, (block, name: string) => matrix[name] ?? block)
}
