import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { developer, levelIn, maintainer, useProject } from '../../api/projects.ts'
import { createTag, deleteTag, listTags, type Tag } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import { CommitLink } from '../../ci/refs.tsx'
import { filesPath, projectPath, queryText } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Command } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { NewRefDialog } from './new-ref-dialog.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const query = useQuery()
  const project = useProject(path)
  const [isAdding, setAdding] = useState(false)
  const search = query.get('search')
  const tags = useResource(`tags:${path}:${search}:${query.page}`, signal =>
    listTags(path, { search, page: query.page, per_page: 30 }, signal),
  )
  const level = levelIn(project.data, currentUser.value?.is_admin ?? false)
  const reload = (): void => void tags.reload()
  return (
    <>
      <PageHead
        title="Tags"
        windowTitle={`Tags of ${path}`}
        actions={
          level >= developer && (
            <Button icon="plus" onClick={() => setAdding(true)}>
              New tag
            </Button>
          )
        }
      />
      <div class="stack">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name of a tag"
            aria-label="Name of a tag"
            value={search}
            onChange={event => query.set({ search: event.currentTarget.value })}
          />
        </div>
        <Panel>
          <Loaded of={tags}>
            {page =>
              page.items.length === 0 ? (
                <Empty icon="tag" title={search === '' ? 'No tag yet' : 'No tag is like that'}>
                  {search === '' && <Command text="git tag v1.0.0 && git push origin v1.0.0" />}
                </Empty>
              ) : (
                <>
                  <TagTable path={path} rows={page.items} mayDelete={level >= maintainer} onChanged={reload} />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
      {isAdding && (
        <NewRefDialog
          kind="tag"
          defaultRef={project.data?.default_branch ?? 'main'}
          onClose={() => setAdding(false)}
          onCreate={async ({ name, ref, message }) => {
            await createTag(path, { tag_name: name, ref, message })
            reload()
            return `Tag ${name} was made.`
          }}
        />
      )}
    </>
  )
}

type TagTableProps = {
  readonly path: string
  readonly rows: readonly Tag[]
  readonly mayDelete: boolean
  readonly onChanged: () => void
}

function TagTable({ path, rows, mayDelete, onChanged }: TagTableProps): JSX.Element {
  async function remove(tag: Tag): Promise<void> {
    const body = <p>Pipelines and images of the tag stay.</p>
    if (!(await confirm({ title: `Delete tag ${tag.name}?`, body, action: 'Delete tag' }))) return
    await attempt(async () => {
      await deleteTag(path, tag.name)
      return `Tag ${tag.name} was deleted.`
    })
    onChanged()
  }
  return (
    <Table<Tag>
      name="Tags"
      rows={rows}
      keyOf={tag => tag.name}
      columns={[
        { title: 'Tag', kind: 'main', cell: tag => <Name path={path} tag={tag} /> },
        { title: 'Commit', kind: 'narrow', cell: tag => <CommitLink project={path} sha={tag.commit.id} /> },
        { title: 'Made', kind: 'narrow', cell: tag => <Ago at={tag.created_at ?? tag.commit.committed_date} /> },
        {
          title: '',
          kind: 'actions',
          cell: tag => (
            <span class="row">
              <LinkButton
                small
                kind="quiet"
                icon="pipeline"
                label={`Pipelines of ${tag.name}`}
                href={`${projectPath(path, 'pipelines')}${queryText({ ref: tag.name })}`}
              />
              {mayDelete && (
                <Button
                  small
                  kind="quiet"
                  icon="trash"
                  label={`Delete tag ${tag.name}`}
                  onClick={() => void remove(tag)}
                />
              )}
            </span>
          ),
        },
      ]}
    />
  )
}

function Name({ path, tag }: { readonly path: string; readonly tag: Tag }): JSX.Element {
  return (
    <div class="two-lines">
      <span class="row">
        <a class="strong" href={filesPath(path, 'tree', tag.name)}>
          {tag.name}
        </a>
        {tag.protected && <span class="tag">protected</span>}
      </span>
      <span class="soft small clip">{tag.message || tag.commit.title}</span>
    </div>
  )
}
