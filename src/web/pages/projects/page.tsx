import type { JSX } from 'preact'
import { listProjects, type Project } from '../../api/projects.ts'
import { useResource } from '../../api/resource.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Avatar } from '../../ui/person.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { FirstSteps } from '../overview/first-steps.tsx'

const orders = [
  { value: 'last_activity_at', label: 'Last active first' },
  { value: 'name', label: 'By name' },
  { value: 'created_at', label: 'Newest first' },
] as const

export function Page(): JSX.Element {
  const query = useQuery()
  const search = query.get('search')
  const order = query.get('order') || 'last_activity_at'
  const archived = query.get('archived')
  const filter = {
    search,
    order_by: order,
    sort: order === 'name' ? 'asc' : 'desc',
    archived: archived === 'only',
    page: query.page,
    per_page: 30,
  }
  const projects = useResource(`projects:${JSON.stringify(filter)}`, signal => listProjects(filter, signal))
  return (
    <>
      <PageHead
        title="Projects"
        actions={
          currentUser.value && (
            <LinkButton kind="primary" icon="plus" href="/-/projects/new">
              New project
            </LinkButton>
          )
        }
      />
      <div class="stack">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name of a project"
            aria-label="Name of a project"
            value={search}
            onChange={event => query.set({ search: event.currentTarget.value })}
          />
          <Select name="Order" value={order} choices={orders} onChange={value => query.set({ order: value })} />
          <Select
            name="Archived or not"
            value={archived}
            choices={[
              { value: '', label: 'Active' },
              { value: 'only', label: 'Archived' },
            ]}
            onChange={value => query.set({ archived: value })}
          />
        </div>
        <Loaded of={projects}>
          {page => {
            if (page.items.length > 0) {
              return (
                <Panel>
                  <ProjectTable rows={page.items} />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </Panel>
              )
            }
            if (search === '' && archived === '') return <FirstSteps />
            return (
              <Panel>
                <Empty icon="search" title="No project is like that" />
              </Panel>
            )
          }}
        </Loaded>
      </div>
    </>
  )
}

export function ProjectTable({ rows }: { readonly rows: readonly Project[] }): JSX.Element {
  return (
    <Table<Project>
      name="Projects"
      rows={rows}
      keyOf={project => project.id}
      columns={[
        {
          title: 'Project',
          kind: 'main',
          cell: project => (
            <div class="row">
              <Avatar name={project.name} square />
              <div class="two-lines">
                <a class="strong clip" href={projectPath(project.path_with_namespace)}>
                  {project.path_with_namespace}
                </a>
                {project.description && <span class="soft small clip">{project.description}</span>}
              </div>
            </div>
          ),
        },
        { title: 'Visibility', kind: 'narrow', cell: project => <span class="tag">{project.visibility}</span> },
        {
          title: 'Active',
          kind: 'narrow',
          cell: project => <Ago at={project.last_activity_at ?? project.created_at} />,
        },
      ]}
    />
  )
}
