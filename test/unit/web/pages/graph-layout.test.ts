import { describe, expect, it } from 'vitest'
import { layoutGraph, nodeHeight, nodeWidth, relatedTo } from '../../../../src/web/pages/pipeline/graph-layout.ts'
import { job, largePipeline } from '../../../support/web/fixture-data.ts'

const stages = ['build', 'test', 'deploy']
const jobs = [
  job(1, stages, { name: 'compile', stage: 'build' }),
  job(2, stages, { name: 'lint', stage: 'test', needs: [] }),
  job(3, stages, { name: 'unit', stage: 'test', needs: ['compile'] }),
  job(4, stages, { name: 'slow', stage: 'test', needs: ['unit'] }),
  job(5, stages, { name: 'ship', stage: 'deploy', needs: ['slow', 'lint'] }),
  job(6, stages, { name: 'tidy', stage: 'deploy' }),
]
const columnsOf = (mode: 'stages' | 'needs'): Readonly<Record<string, number>> =>
  Object.fromEntries(layoutGraph(jobs, stages, mode).nodes.map(node => [node.job.name, node.column]))

describe('the graph of a pipeline', () => {
  it('by stage has a column for each stage that has jobs', () => {
    const graph = layoutGraph(jobs, [...stages, 'unused'], 'stages')
    expect(graph.columns.map(column => column.title)).toEqual(stages)
    expect(columnsOf('stages')).toEqual({ compile: 0, lint: 1, unit: 1, slow: 1, ship: 2, tidy: 2 })
  })

  it('by needs puts a job right of all that it waits for', () => {
    expect(columnsOf('needs')).toEqual({ compile: 0, lint: 0, unit: 1, slow: 2, ship: 3, tidy: 3 })
  })

  it('draws a line for each need, and none to what is not there', () => {
    const odd = [...jobs, job(7, stages, { name: 'odd', stage: 'deploy', needs: ['gone', 'unit'] })]
    const lines = layoutGraph(odd, stages, 'stages').edges.map(edge => `${edge.from}>${edge.to}`)
    expect(lines.toSorted()).toEqual(['compile>unit', 'lint>ship', 'slow>ship', 'unit>odd', 'unit>slow'])
  })

  it('leads a line past the columns between in a gap, not behind their jobs', () => {
    const { nodes, edges } = layoutGraph(jobs, stages, 'stages')
    const far = edges.find(edge => edge.from === 'lint' && edge.to === 'ship')
    const level = Number(/ (\d+)H/.exec(far?.path ?? '')?.[1])
    expect(nodes.filter(({ y }) => level >= y && level <= y + nodeHeight)).toEqual([])
  })

  it('lays no job upon another, and all within its size', () => {
    const { nodes, width, height } = layoutGraph(largePipeline(200).jobs, [], 'needs')
    expect(new Set(nodes.map(node => `${node.x} ${node.y}`)).size).toBe(200)
    for (const { x, y } of nodes) expect(x + nodeWidth <= width && y + nodeHeight <= height).toBe(true)
  })

  it('knows what a job waits for and what waits for it', () => {
    const { edges } = layoutGraph(jobs, stages, 'needs')
    expect([...relatedTo('unit', edges)].toSorted()).toEqual(['compile', 'ship', 'slow', 'unit'])
    expect([...relatedTo('tidy', edges)]).toEqual(['tidy'])
  })

  it('of two thousand jobs is laid out in no time that one would notice', () => {
    const many = largePipeline(2000)
    const start = performance.now()
    layoutGraph(many.jobs, [], 'needs')
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
