import { Fragment, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type LogHit, type PipelineView, searchLogs } from '../../api/pipelines.ts'
import { useResource } from '../../api/resource.ts'
import { textMatcher } from '../../log/matcher.ts'
import { jobPath } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty, Notice } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { useQuery } from '../../ui/use-query.ts'
import './log-search.css'

/** Looks through the logs of all jobs of the pipeline. */
export function LogSearchView({
  path,
  pipeline,
}: {
  readonly path: string
  readonly pipeline: PipelineView
}): JSX.Element {
  const query = useQuery()
  const wanted = query.get('search')
  const [text, setText] = useState(wanted)
  const found = useResource(wanted === '' ? null : `log-search:${pipeline.id}:${wanted}`, signal =>
    searchLogs(path, pipeline.id, wanted, signal),
  )
  return (
    <Panel>
      <form
        class="panel-head"
        onSubmit={event => {
          event.preventDefault()
          query.set({ search: text })
        }}
      >
        <div class="filters log-search-form">
          <input
            class="input search"
            type="search"
            placeholder="Text in any log of this pipeline"
            aria-label="Text in any log of this pipeline"
            autofocus
            value={text}
            onInput={event => setText(event.currentTarget.value)}
          />
          <Button type="submit" icon="search" disabled={text === ''}>
            Search
          </Button>
        </div>
      </form>
      {wanted === '' ? (
        <Empty icon="search" title="Search the logs of all jobs">
          <p class="empty-text">An error code, a package, a test: each line that holds it is listed with its job.</p>
        </Empty>
      ) : (
        <Loaded of={found}>
          {data =>
            data.hits.length === 0 ? (
              <Empty icon="search" title={`No log holds “${wanted}”`} />
            ) : (
              <>
                <Hits path={path} hits={data.hits} wanted={wanted} />
                {data.is_cut && <Notice>There are more lines than are shown. A longer text finds fewer.</Notice>}
              </>
            )
          }
        </Loaded>
      )}
    </Panel>
  )
}

type HitsProps = { readonly path: string; readonly hits: readonly LogHit[]; readonly wanted: string }

function Hits({ path, hits, wanted }: HitsProps): JSX.Element {
  const jobs = Map.groupBy(hits, hit => hit.job_id)
  return (
    <div class="stack panel-body">
      {[...jobs].map(([jobId, lines]) => (
        <section key={jobId} class="stack-tight">
          <h3>
            <a href={jobPath(path, jobId)}>{lines[0]?.job_name}</a> <span class="count">{lines.length}</span>
          </h3>
          <ol class="log-hits">
            {lines.map(hit => (
              <li key={hit.line}>
                <a href={`${jobPath(path, jobId)}#L${hit.line}`}>
                  <span class="log-hit-line">{hit.line}</span>
                  <span class="log-hit-text">
                    <Marked text={hit.text} wanted={wanted} />
                  </span>
                </a>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

function Marked({ text, wanted }: { readonly text: string; readonly wanted: string }): JSX.Element {
  const places = textMatcher(wanted).places(text)
  return (
    <>
      {places.map(([start, end], index) => (
        <Fragment key={start}>
          {text.slice(places[index - 1]?.[1] ?? 0, start)}
          <mark>{text.slice(start, end)}</mark>
        </Fragment>
      ))}
      {text.slice(places.at(-1)?.[1] ?? 0)}
    </>
  )
}
