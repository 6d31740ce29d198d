import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { deleteGroup, type Group, groupUrl, listGroupProjects, listSubgroups, readGroup } from '../../api/groups.ts'
import { useResource } from '../../api/resource.ts'
import { queryText } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel, Tabs } from '../../ui/page.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { ProjectTable } from '../projects/page.tsx'
import { MemberList } from '../settings/member-list.tsx'
import { VariableList } from '../settings/variable-list.tsx'
import { GroupTable } from './list.tsx'
import { NewGroup } from './new-group.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.group ?? ''
  const group = useResource(`group:${path}`, signal => readGroup(path, signal))
  return <Loaded of={group}>{data => <Shown group={data} />}</Loaded>
}

function Shown({ group }: { readonly group: Group }): JSX.Element {
  const { path } = useLocation()
  const query = useQuery()
  const view = query.get('view') || 'projects'
  const [isAdding, setAdding] = useState(false)
  const views = [
    ['projects', 'Projects'],
    ['members', 'Members'],
    ['variables', 'Variables'],
  ] as const
  return (
    <>
      <PageHead
        title={group.name}
        windowTitle={group.full_path}
        actions={
          currentUser.value && (
            <>
              <Button icon="plus" onClick={() => setAdding(true)}>
                New subgroup
              </Button>
              <LinkButton kind="primary" icon="plus" href={`/-/projects/new${queryText({ group: group.full_path })}`}>
                New project
              </LinkButton>
            </>
          )
        }
      >
        <div class="facts">
          <span>{group.full_path}</span>
          <span>{group.visibility}</span>
        </div>
        {group.description && <p class="soft">{group.description}</p>}
      </PageHead>
      <div class="stack">
        <Tabs
          name="Parts of the group"
          tabs={views.map(([name, label]) => ({
            label,
            href: `${path}${queryText({ view: name === 'projects' ? '' : name })}`,
            current: view === name,
          }))}
        />
        {view === 'projects' && <Projects group={group} />}
        {view === 'members' && <MemberList base={groupUrl(group.full_path)} mayChange={currentUser.value !== null} />}
        {view === 'variables' && <VariableList base={groupUrl(group.full_path)} hasScopes />}
      </div>
      {isAdding && <NewGroup parent={group} onClose={() => setAdding(false)} />}
    </>
  )
}

function Projects({ group }: { readonly group: Group }): JSX.Element {
  const { route } = useLocation()
  const projects = useResource(`group-projects:${group.full_path}`, signal =>
    listGroupProjects(group.full_path, { per_page: 100, order_by: 'last_activity_at' }, signal),
  )
  const subgroups = useResource(`subgroups:${group.full_path}`, signal => listSubgroups(group.full_path, signal))
  const isEmpty = projects.data?.items.length === 0 && subgroups.data?.length === 0

  async function remove(): Promise<void> {
    if (
      !(await confirm({
        title: `Delete group ${group.full_path}?`,
        body: <p>It is empty. Its members and variables go with it.</p>,
        action: 'Delete group',
      }))
    )
      return
    const done = await attempt(async () => {
      await deleteGroup(group.full_path)
      return `Group ${group.full_path} was deleted.`
    })
    if (done) route('/-/projects')
  }

  return (
    <>
      {subgroups.data && subgroups.data.length > 0 && (
        <Panel title="Subgroups">
          <GroupTable rows={subgroups.data} />
        </Panel>
      )}
      <Panel title="Projects">
        <Loaded of={projects}>
          {page =>
            page.items.length === 0 ? (
              <Empty icon="folder" title="No project yet">
                {isEmpty && (
                  <Button kind="quiet" icon="trash" onClick={() => void remove()}>
                    Delete this group
                  </Button>
                )}
              </Empty>
            ) : (
              <ProjectTable rows={page.items} />
            )
          }
        </Loaded>
      </Panel>
    </>
  )
}
