import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { PipelineView } from '../../api/pipelines.ts'
import { Button } from '../../ui/button.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { type GraphMode, layoutGraph, relatedTo } from './graph-layout.ts'
import { JobNode } from './job-node.tsx'
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
  const shownEdges =
    graph.edges.length <= calmEdges
      ? graph.edges
      : graph.edges.filter(edge => related?.has(edge.from) && related.has(edge.to))
  const hasFocus = related !== null && related.size > 1

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
            {shownEdges.map(edge => (
              <path
                key={`${edge.from}\n${edge.to}`}
                d={edge.path}
                class={edgeClass(hasFocus, related?.has(edge.from) === true && related.has(edge.to))}
              />
            ))}
          </svg>
          {graph.columns.map(column => (
            <div key={column.x} class="graph-stage clip" style={{ left: `${column.x}px` }}>
              {column.title}
            </div>
          ))}
          {graph.nodes.map(node => (
            <JobNode
              key={node.job.name}
              project={project}
              node={node}
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

function edgeClass(hasFocus: boolean, isRelated: boolean): string {
  if (!hasFocus) return 'graph-line'
  return isRelated ? 'graph-line graph-line-on' : 'graph-line graph-line-off'
}
