import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { type Project, useProject } from '../../api/projects.ts'
import { listTree, type TreeEntry } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import { commitsPath, filesPath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Pager } from '../../ui/table.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { FileView } from './file-view.tsx'
import { placeOf } from './place.ts'
import { RefPicker } from './ref-picker.tsx'
import './repository.css'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  return <Loaded of={project}>{data => <Files project={data} place={params.place ?? ''} />}</Loaded>
}

function Files({ project, place }: { readonly project: Project; readonly place: string }): JSX.Element {
  const { path: pathname, query } = useLocation()
  const path = project.path_with_namespace
  const kind = pathname.includes('/-/blob/') ? 'blob' : 'tree'
  const { ref, file } = placeOf(place, query.ref, project.default_branch ?? 'main')
  return (
    <>
      <PageHead
        title={file === '' ? 'Files' : (file.split('/').at(-1) ?? file)}
        windowTitle={`${file === '' ? 'Files' : file} of ${path}`}
        crumbs={crumbsOf(path, ref, file)}
        aside={<RefPicker project={path} current={ref} hrefFor={name => filesPath(path, kind, name, file)} />}
        actions={
          <LinkButton icon="commit" href={commitsPath(path, ref)}>
            Commits
          </LinkButton>
        }
      />
      {project.empty_repo ? (
        <Panel>
          <NothingYet />
        </Panel>
      ) : kind === 'blob' ? (
        <FileView path={path} gitRef={ref} file={file} />
      ) : (
        <Tree path={path} gitRef={ref} folder={file} />
      )}
    </>
  )
}

function crumbsOf(
  path: string,
  ref: string,
  file: string,
): readonly { readonly label: string; readonly href: string }[] {
  if (file === '') return []
  const folders = file.split('/').slice(0, -1)
  const parents = folders.map((label, index) => ({
    label,
    href: filesPath(path, 'tree', ref, folders.slice(0, index + 1).join('/')),
  }))
  return [{ label: 'Files', href: filesPath(path, 'tree', ref) }, ...parents]
}

function Tree({
  path,
  gitRef,
  folder,
}: {
  readonly path: string
  readonly gitRef: string
  readonly folder: string
}): JSX.Element {
  const query = useQuery()
  const tree = useResource(`tree:${path}:${gitRef}:${folder}:${query.page}`, signal =>
    listTree(path, { ref: gitRef, path: folder, page: query.page }, signal),
  )
  return (
    <Panel>
      <Loaded of={tree} rows={10}>
        {page =>
          page.items.length === 0 ? (
            <NothingYet />
          ) : (
            <>
              <ul class="entries">
                {page.items.map(entry => (
                  <li key={entry.path}>
                    <Entry path={path} gitRef={gitRef} entry={entry} />
                  </li>
                ))}
              </ul>
              <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}

function Entry({
  path,
  gitRef,
  entry,
}: {
  readonly path: string
  readonly gitRef: string
  readonly entry: TreeEntry
}): JSX.Element {
  const isFolder = entry.type === 'tree'
  return (
    <a class="entry" href={filesPath(path, isFolder ? 'tree' : 'blob', gitRef, entry.path)}>
      <Icon name={isFolder ? 'folder' : 'file'} />
      <span class="clip">{entry.name}</span>
      {entry.type === 'commit' && <span class="tag">submodule</span>}
    </a>
  )
}

function NothingYet(): JSX.Element {
  return (
    <Empty icon="folder" title="Nothing here yet">
      <p class="empty-text">The first push fills it.</p>
    </Empty>
  )
}
