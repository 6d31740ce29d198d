import type { ParallelPlan } from '../model.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { itemsOf, textsOf } from './read.ts'

export const maxInstances = 200

export interface JobInstance {
  readonly name: string
  readonly parallel: ParallelPlan | null
}

/** What a job's `parallel` makes of it: `x 1/3`, … or `x: [aws, 1]`, …; the first variable varies slowest. */
export function instancesOf(name: string, job: YamlNode): readonly JobInstance[] {
  const node = valueAt(job, 'parallel')
  if (!node) return [{ name, parallel: null }]
  if (node.kind === 'scalar') {
    const total = typeof node.value === 'number' ? Math.min(node.value, maxInstances) : 1
    return Array.from({ length: total }, (_, index) => ({
      name: `${name} ${index + 1}/${total}`,
      parallel: { index: index + 1, total, matrix: null },
    }))
  }
  const combinations = combinationsOf(valueAt(node, 'matrix'))
  return combinations.map((matrix, index) => ({
    name: instanceName(name, matrix),
    parallel: { index: index + 1, total: combinations.length, matrix },
  }))
}

/** All combinations of a matrix, each name of an instance once; more than 200 are cut off at 201, which is enough to refuse them. */
export function combinationsOf(matrix: YamlNode | undefined): readonly Readonly<Record<string, string>>[] {
  const all = new Map<string, Readonly<Record<string, string>>>()
  for (const item of itemsOf(matrix)) {
    if (item.kind !== 'mapping' || item.entries.size === 0) continue
    let rows: readonly [string, string][][] = [[]]
    for (const [key, { value }] of item.entries) {
      if (rows.length > maxInstances) break
      const values = textsOf(value).slice(0, maxInstances + 1)
      rows = rows
        .flatMap(row => values.map(each => [...row, [key, each] as [string, string]]))
        .slice(0, maxInstances + 1)
    }
    for (const row of rows.map(each => Object.fromEntries(each))) all.set(Object.values(row).join(', '), row)
    if (all.size > maxInstances) break
  }
  return [...all.values()].slice(0, maxInstances + 1)
}

export function instanceName(name: string, matrix: Readonly<Record<string, string>>): string {
  return `${name}: [${Object.values(matrix).join(', ')}]`
}
