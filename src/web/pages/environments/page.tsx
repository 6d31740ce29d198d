import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type Environment, listEnvironments } from '../../api/environments.ts'
import { developer, levelIn, useProject } from '../../api/projects.ts'
import { useResource } from '../../api/resource.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Select } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager } from '../../ui/table.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { Deployments } from './deployments.tsx'
import { EnvironmentTable } from './environment-table.tsx'

const states = [
  { value: 'available', label: 'Available' },
  { value: 'stopped', label: 'Stopped' },
] as const

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const query = useQuery()
  const project = useProject(path)
  const state = query.get('state') || 'available'
  const search = query.get('search')
  const environments = useResource(`environments:${path}:${state}:${search}:${query.page}`, signal =>
    listEnvironments(path, { states: state, search, page: query.page, per_page: 30 }, signal),
  )
  const mayChange = levelIn(project.data, currentUser.value?.is_admin ?? false) >= developer
  const [shown, setShown] = useState<Environment | null>(null)
  return (
    <>
      <PageHead title="Environments" windowTitle={`Environments of ${path}`} />
      <div class="stack">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name of an environment"
            aria-label="Name of an environment"
            value={search}
            onChange={event => query.set({ search: event.currentTarget.value })}
          />
          <Select name="State" value={state} choices={states} onChange={value => query.set({ state: value })} />
        </div>
        <Panel>
          <Loaded of={environments}>
            {page =>
              page.items.length === 0 ? (
                <Empty
                  icon="globe"
                  title={state === 'available' && search === '' ? 'No environment yet' : 'No environment is like that'}
                >
                  {state === 'available' && search === '' && (
                    <p class="empty-text">
                      A job with <code>environment: production</code> makes one when it runs, and each run of it is a
                      deployment.
                    </p>
                  )}
                </Empty>
              ) : (
                <>
                  <EnvironmentTable
                    path={path}
                    rows={page.items}
                    mayChange={mayChange}
                    onShow={setShown}
                    onChanged={() => void environments.reload()}
                  />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
      {shown !== null && <Deployments path={path} environment={shown} onClose={() => setShown(null)} />}
    </>
  )
}
