import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { developer, levelIn, useProject } from '../../api/projects.ts'
import { listImageTags, readRepository } from '../../api/registry.ts'
import { useResource } from '../../api/resource.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager } from '../../ui/table.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { countWords } from '../../words.ts'
import { DeleteTags } from './delete-tags.tsx'
import { TagTable } from './tag-table.tsx'

const orders = [
  { value: 'pushed_at', label: 'Last pushed first' },
  { value: 'name', label: 'By name' },
] as const

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const repository = params.repository ?? ''
  const query = useQuery()
  const project = useProject(path)
  const search = query.get('search')
  const order = query.get('order') || 'pushed_at'
  const filter = { search, sort: order, page: query.page, per_page: 30 }
  const tags = useResource(`image-tags:${path}:${repository}:${JSON.stringify(filter)}`, signal =>
    listImageTags(path, repository, filter, signal),
  )
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [deleting, setDeleting] = useState<readonly string[] | null>(null)
  const mayDelete = levelIn(project.data, currentUser.value?.is_admin ?? false) >= developer
  const found = useResource(`repository:${repository}`, signal => readRepository(repository, signal))
  const name = found.data?.path ?? 'Tags'
  return (
    <>
      <PageHead
        title={name}
        windowTitle={`${name}, Container Registry`}
        crumbs={[{ label: 'Container Registry', href: projectPath(path, 'container_registry') }]}
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
          <Select name="Order" value={order} choices={orders} onChange={value => query.set({ order: value })} />
          {selected.size > 0 && (
            <Button kind="danger" icon="trash" onClick={() => setDeleting([...selected])}>
              Delete {countWords(selected.size, 'tag')}
            </Button>
          )}
        </div>
        <Panel>
          <Loaded of={tags}>
            {page =>
              page.items.length === 0 ? (
                <Empty icon="tag" title={search === '' ? 'No tag holds an image here' : 'No tag is like that'}>
                  {search === '' && <p class="empty-text">Images without a tag are freed by the cleanup.</p>}
                </Empty>
              ) : (
                <>
                  <TagTable
                    path={path}
                    repository={Number(repository)}
                    rows={page.items}
                    mayDelete={mayDelete}
                    selected={selected}
                    onSelect={setSelected}
                    onDelete={setDeleting}
                  />
                  <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
                </>
              )
            }
          </Loaded>
        </Panel>
      </div>
      {deleting !== null && (
        <DeleteTags
          path={path}
          repository={repository}
          tags={deleting}
          onClose={() => setDeleting(null)}
          onDone={() => {
            setSelected(new Set())
            void tags.reload()
          }}
        />
      )}
    </>
  )
}
