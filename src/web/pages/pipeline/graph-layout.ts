// Where each job stands in the graph. Pure, from fixed measures, so that nothing is measured on the page and nothing
// jumps while the pipeline runs.
import type { JobView } from '../../api/pipelines.ts'

export type GraphMode = 'stages' | 'needs'

export type GraphNode = { readonly job: JobView; readonly x: number; readonly y: number; readonly column: number }
export type GraphEdge = { readonly from: string; readonly to: string; readonly path: string }
export type Graph = {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly columns: readonly { readonly title: string; readonly x: number }[]
  readonly width: number
  readonly height: number
}

export const nodeWidth = 208
export const nodeHeight = 38
const gapX = 44
const gapY = 8
const headHeight = 32

export function layoutGraph(jobs: readonly JobView[], stages: readonly string[], mode: GraphMode): Graph {
  const columns = mode === 'stages' ? columnsByStage(jobs, stages) : columnsByNeeds(jobs)
  // Only stages have titles.
  const top = mode === 'stages' ? headHeight : 0
  const nodes = columns.flatMap(({ jobs: inColumn }, column) =>
    inColumn.map((job, row) => ({
      job,
      column,
      x: column * (nodeWidth + gapX),
      y: top + row * (nodeHeight + gapY),
    })),
  )
  const tallest = Math.max(1, ...columns.map(column => column.jobs.length))
  return {
    nodes,
    edges: edgesOf(nodes),
    columns: columns.map(({ title }, column) => ({ title, x: column * (nodeWidth + gapX) })),
    width: Math.max(1, columns.length) * (nodeWidth + gapX) - gapX,
    height: top + tallest * (nodeHeight + gapY) - gapY,
  }
}

type Column = { readonly title: string; readonly jobs: readonly JobView[] }

function columnsByStage(jobs: readonly JobView[], stages: readonly string[]): readonly Column[] {
  const names = [...new Set([...stages, ...jobs.map(job => job.stage)])]
  return names
    .map(title => ({ title, jobs: jobs.filter(job => job.stage === title) }))
    .filter(column => column.jobs.length > 0)
}

/** A job stands right of all that it waits for; within a column, near what it needs. */
function columnsByNeeds(jobs: readonly JobView[]): readonly Column[] {
  const depths = depthsOf(jobs)
  const columns: JobView[][] = []
  for (const job of jobs) (columns[depths.get(job.name) ?? 0] ??= []).push(job)
  const rowOf = new Map<string, number>()
  return columns.map((column = []) => {
    const placed = column.map((job, row) => ({ job, weight: meanRow(job, rowOf) ?? row }))
    placed.sort((one, other) => one.weight - other.weight)
    for (const [row, { job }] of placed.entries()) rowOf.set(job.name, row)
    return { title: '', jobs: placed.map(({ job }) => job) }
  })
}

function meanRow(job: JobView, rowOf: ReadonlyMap<string, number>): number | null {
  const rows = (job.needs ?? []).flatMap(name => rowOf.get(name) ?? [])
  return rows.length === 0 ? null : rows.reduce((sum, row) => sum + row, 0) / rows.length
}

/** Jobs without `needs` wait for every job of an earlier stage. Needs never form a circle: the compiler sees to it. */
function depthsOf(jobs: readonly JobView[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>()
  const byName = new Map(jobs.map(job => [job.name, job]))
  const stageDepths = new Map<number, number>()

  function depthOf(job: JobView): number {
    const known = depths.get(job.name)
    if (known !== undefined) return known
    depths.set(job.name, 0)
    const depth = job.needs === null ? depthOfStage(job.stage_index) : deepestOf(job.needs)
    depths.set(job.name, depth)
    return depth
  }

  function deepestOf(names: readonly string[]): number {
    return names.reduce((deepest, name) => {
      const needed = byName.get(name)
      return needed === undefined ? deepest : Math.max(deepest, depthOf(needed) + 1)
    }, 0)
  }

  function depthOfStage(stage: number): number {
    const known = stageDepths.get(stage)
    if (known !== undefined) return known
    const depth = jobs.reduce(
      (deepest, job) => (job.stage_index < stage ? Math.max(deepest, depthOf(job) + 1) : deepest),
      0,
    )
    stageDepths.set(stage, depth)
    return depth
  }

  for (const job of jobs) depthOf(job)
  return depths
}

function edgesOf(nodes: readonly GraphNode[]): readonly GraphEdge[] {
  const byName = new Map(nodes.map(node => [node.job.name, node]))
  return nodes.flatMap(node =>
    (node.job.needs ?? []).flatMap(name => {
      const needed = byName.get(name)
      return needed === undefined ? [] : [{ from: name, to: node.job.name, path: curve(needed, node) }]
    }),
  )
}

function curve(from: GraphNode, to: GraphNode): string {
  const startX = from.x + nodeWidth
  const startY = from.y + nodeHeight / 2
  const endY = to.y + nodeHeight / 2
  if (to.column <= from.column) {
    // In one stage: around the right side and back to the left one of the node that waits.
    const side = startX + gapX / 2
    return `M${startX} ${startY}C${side} ${startY} ${side} ${endY} ${startX} ${endY}`
  }
  const bend = gapX / 2
  if (to.column === from.column + 1)
    return `M${startX} ${startY}C${startX + bend} ${startY} ${to.x - bend} ${endY} ${to.x} ${endY}`
  // Past the columns between: in the gap below its own row, so that it does not seem to go through their jobs.
  const laneY = from.y + nodeHeight + gapY / 2
  const into = `C${startX + bend} ${startY} ${startX + bend} ${laneY} ${startX + gapX} ${laneY}`
  const out = `C${to.x - bend} ${laneY} ${to.x - bend} ${endY} ${to.x} ${endY}`
  return `M${startX} ${startY}${into}H${to.x - gapX}${out}`
}

/** The job with all that it waits for and all that waits for it, by needs. */
export function relatedTo(name: string, edges: readonly GraphEdge[]): ReadonlySet<string> {
  return new Set([name, ...reach(name, edges, 'from', 'to'), ...reach(name, edges, 'to', 'from')])
}

function reach(name: string, edges: readonly GraphEdge[], by: 'from' | 'to', side: 'from' | 'to'): readonly string[] {
  const found = new Set<string>()
  const open = [name]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const edge of edges) {
      if (edge[by] !== at || found.has(edge[side])) continue
      found.add(edge[side])
      open.push(edge[side])
    }
  }
  return [...found]
}
