import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { developer, levelIn, useProject } from '../../api/projects.ts'
import { PipelineTable } from '../../ci/pipeline-table.tsx'
import { pipelineSources, sourceWords } from '../../ci/source-words.ts'
import { usePipelines } from '../../ci/use-pipelines.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { type Choice, Select } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager } from '../../ui/table.tsx'
import { type QueryState, useQuery } from '../../ui/use-query.ts'
import { FirstPush } from '../project/first-push.tsx'

const statuses: readonly Choice[] = [
  { value: '', label: 'Any status' },
  { value: 'running', label: 'Running' },
  { value: 'pending', label: 'Pending' },
  { value: 'success', label: 'Passed' },
  { value: 'failed', label: 'Failed' },
  { value: 'canceled', label: 'Canceled' },
  { value: 'skipped', label: 'Skipped' },
  { value: 'manual', label: 'Waiting for a manual job' },
  { value: 'scheduled', label: 'Delayed' },
]
const sources: readonly Choice[] = [
  { value: '', label: 'Any source' },
  ...pipelineSources.map(value => ({ value, label: sourceWords(value) })),
]

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  const query = useQuery()
  const filter = {
    ref: query.get('ref'),
    status: query.get('status'),
    source: query.get('source'),
    username: query.get('username'),
  }
  const isFiltered = Object.values(filter).some(value => value !== '')
  const pipelines = usePipelines(path, project.data?.id, { ...filter, page: query.page, per_page: 25 })
  const mayRun = levelIn(project.data, currentUser.value?.is_admin ?? false) >= developer
  return (
    <>
      <PageHead
        title="Pipelines"
        windowTitle={`Pipelines of ${path}`}
        actions={
          mayRun && (
            <LinkButton kind="primary" icon="play" href={projectPath(path, 'pipelines/new')}>
              Run pipeline
            </LinkButton>
          )
        }
      />
      <div class="stack">
        <Filters query={query} isFiltered={isFiltered} />
        <Panel>
          <Loaded of={pipelines} rows={10}>
            {page =>
              page.items.length > 0 ? (
                <>
                  <PipelineTable rows={page.items} mayAct={mayRun} onChanged={() => void pipelines.reload()} />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              ) : isFiltered ? (
                <Empty icon="search" title="No pipeline is like that">
                  <Button onClick={() => query.set({ ref: '', status: '', source: '', username: '' })}>
                    Show all pipelines
                  </Button>
                </Empty>
              ) : (
                project.data && <FirstPush project={project.data} />
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  )
}

function Filters({ query, isFiltered }: { readonly query: QueryState; readonly isFiltered: boolean }): JSX.Element {
  const [ref, setRef] = useState(query.get('ref'))
  return (
    <form
      class="filters"
      onSubmit={event => {
        event.preventDefault()
        query.set({ ref: ref.trim() })
      }}
    >
      <input
        class="input search"
        type="search"
        placeholder="Branch or tag, then Enter"
        aria-label="Branch or tag"
        value={ref}
        onInput={event => setRef(event.currentTarget.value)}
        onBlur={() => query.set({ ref: ref.trim() })}
      />
      <Select name="Status" value={query.get('status')} choices={statuses} onChange={status => query.set({ status })} />
      <Select name="Source" value={query.get('source')} choices={sources} onChange={source => query.set({ source })} />
      {isFiltered && (
        <Button
          kind="quiet"
          icon="cross"
          onClick={() => {
            setRef('')
            query.set({ ref: '', status: '', source: '', username: '' })
          }}
        >
          Clear
        </Button>
      )}
    </form>
  )
}
