import { Fragment, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { FoundInLogs, LogHit } from '../api/pipelines.ts'
import { useResource } from '../api/resource.ts'
import { textMatcher } from '../log/matcher.ts'
import { jobPath, pipelinePath } from '../paths.ts'
import { Button } from '../ui/button.tsx'
import { Loaded } from '../ui/loading.tsx'
import { Empty, Notice } from '../ui/notice.tsx'
import { Panel } from '../ui/page.tsx'
import { useQuery } from '../ui/use-query.ts'
import './log-search.css'

/** The server asks for as much. */
const shortest = 2

type LogSearchProps = {
  readonly path: string
  /** Names what is searched, for the memory of the tab. */
  readonly scope: string
  readonly placeholder: string
  readonly search: (text: string, signal: AbortSignal) => Promise<FoundInLogs>
  /** Jobs of several pipelines: each says of which it is. */
  readonly showPipeline?: boolean
}

/** Looks through the logs of many jobs at once. */
export function LogSearch({ path, scope, placeholder, search, showPipeline = false }: LogSearchProps): JSX.Element {
  const query = useQuery()
  const wanted = query.get('search')
  const [text, setText] = useState(wanted)
  const found = useResource(wanted.length < shortest ? null : `log-search:${scope}:${wanted}`, signal =>
    search(wanted, signal),
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
            placeholder={placeholder}
            aria-label={placeholder}
            autofocus
            value={text}
            onInput={event => setText(event.currentTarget.value)}
          />
          <Button type="submit" icon="search" disabled={text.length < shortest}>
            Search
          </Button>
        </div>
      </form>
      {wanted.length < shortest ? (
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
                <Hits path={path} hits={data.hits} wanted={wanted} showPipeline={showPipeline} />
                {data.is_cut && <Notice>There are more lines than are shown. A longer text finds fewer.</Notice>}
              </>
            )
          }
        </Loaded>
      )}
    </Panel>
  )
}

type HitsProps = {
  readonly path: string
  readonly hits: readonly LogHit[]
  readonly wanted: string
  readonly showPipeline: boolean
}

function Hits({ path, hits, wanted, showPipeline }: HitsProps): JSX.Element {
  const jobs = Map.groupBy(hits, hit => hit.job_id)
  return (
    <div class="stack panel-body">
      {[...jobs].map(([jobId, lines]) => (
        <section key={jobId} class="stack-tight">
          <h3 class="row">
            <a href={jobPath(path, jobId)}>{lines[0]?.job_name}</a>
            <span class="count">{lines.length}</span>
            {showPipeline && <PipelineOf path={path} id={lines[0]?.pipeline_id} />}
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

function PipelineOf({ path, id }: { readonly path: string; readonly id: number | undefined }): JSX.Element | null {
  if (id === undefined) return null
  return (
    <a class="soft small" href={pipelinePath(path, id)}>
      pipeline #{id}
    </a>
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
