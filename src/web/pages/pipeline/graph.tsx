import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { PipelineView } from '../../api/pipelines.ts'
import { Button } from '../../ui/button.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { type GraphEdge, type GraphMode, type GraphNode, layoutGraph, relatedTo } from './graph-layout.ts'
import { JobNode, type NodeDetail } from './job-node.tsx'
import { useGrowing } from './use-growing.ts'
import './graph.css'

type GraphProps = {
  readonly project: string
  readonly pipeline: PipelineView
  readonly mayAct: boolean
  readonly onChanged: () => void
}

/** More lines than these are shown only for the job that one points at. */
const calmEdges = 400

export function Graph({ project, pipeline, mayAct, onChanged }: GraphProps): JSX.Element {
  const jobs = useMemo(() => pipeline.jobs.filter(job => !job.is_retried), [pipeline.jobs])
  const hasNeeds = jobs.some(job => job.needs !== null && job.needs.length > 0)
  const [mode, setMode] = useState<GraphMode>('stages')
  const [pointed, setPointed] = useState<string | null>(null)
  const stages = pipeline.stages.map(stage => stage.name)
  const graph = useMemo(() => layoutGraph(jobs, stages, mode), [jobs, stages.join(), mode])
  const related = useMemo(() => (pointed === null ? null : relatedTo(pointed, graph.edges)), [pointed, graph])
  const lines = useMemo(() => pathOf(graph.edges), [graph])
  const relatedLines = related === null ? '' : pathOf(graph.edges.filter(edge => joins(edge, related)))
  const hasFocus = related !== null && related.size > 1
  const finished = useGrowing(graph.nodes.length)

  return (
    <div class="stack-tight">
      {hasNeeds && (
        <fieldset class="graph-modes" aria-label="Order of the jobs">
          <Button small pressed={mode === 'stages'} onClick={() => setMode('stages')}>
            By stage
          </Button>
          <Button small pressed={mode === 'needs'} onClick={() => setMode('needs')}>
            By needs
          </Button>
        </fieldset>
      )}
      <ScrollArea class="graph-scroll" name="Graph of the jobs">
        <div
          class="graph"
          style={{ width: `${graph.width}px`, height: `${graph.height}px` }}
          onPointerLeave={() => setPointed(null)}
        >
          <svg class="graph-lines" width={graph.width} height={graph.height} aria-hidden="true">
            {graph.edges.length <= calmEdges && (
              <path d={lines} class={hasFocus ? 'graph-line graph-line-off' : 'graph-line'} />
            )}
            {hasFocus && <path d={relatedLines} class="graph-line graph-line-on" />}
          </svg>
          {graph.columns.map(column => (
            <div key={column.x} class="graph-stage clip" style={{ left: `${column.x}px` }}>
              {column.title}
            </div>
          ))}
          {graph.nodes.map((node, index) => (
            <JobNode
              key={node.job.name}
              project={project}
              node={node}
              detail={detailOf(node, index < finished)}
              isDimmed={hasFocus && !related.has(node.job.name)}
              mayAct={mayAct}
              onPoint={setPointed}
              onChanged={onChanged}
            />
          ))}
        </div>
      </ScrollArea>
    </div>
  )
}

function detailOf(node: GraphNode, isFinished: boolean): NodeDetail {
  if (isFinished) return 'all'
  // Roughly what shows at once, beside and below the rest of the page.
  return node.x < innerWidth - 280 && node.y < innerHeight - 280 ? 'status' : 'name'
}

/** One path for many lines: one element is much cheaper to draw than hundreds. */
function pathOf(edges: readonly GraphEdge[]): string {
  return edges.map(edge => edge.path).join('')
}

function joins(edge: GraphEdge, jobs: ReadonlySet<string>): boolean {
  return jobs.has(edge.from) && jobs.has(edge.to)
}
