import type { JSX } from 'preact'
import { type ArtifactEntry, archiveUrl, artifactFileUrl, listArtifacts, readJob } from '../../api/jobs.ts'
import { useResource } from '../../api/resource.ts'
import { artifactsPath, jobPath, pipelinePath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { sizeWords } from '../../words.ts'
import { entriesIn, type FolderEntry } from './folder.ts'
import '../repository/repository.css'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const id = Number(params.id)
  const folder = params.path ?? ''
  const job = useResource(`job:${path}:${id}`, signal => readJob(path, id, signal))
  const files = useResource(`artifacts:${path}:${id}`, signal => listArtifacts(path, id, signal))
  const name = folder === '' ? 'Artifacts' : (folder.split('/').at(-1) ?? folder)
  return (
    <>
      <PageHead
        title={name}
        windowTitle={`Artifacts of job #${id} of ${path}`}
        crumbs={[
          ...(job.data ? [{ label: `#${job.data.pipeline.id}`, href: pipelinePath(path, job.data.pipeline.id) }] : []),
          { label: job.data?.name ?? `Job #${id}`, href: jobPath(path, id) },
          ...parentsOf(path, id, folder),
        ]}
        actions={
          <LinkButton icon="download" href={archiveUrl(path, id)} download>
            Download all
          </LinkButton>
        }
      />
      <Panel>
        <Loaded of={files}>{data => <Folder path={path} job={id} files={data} folder={folder} />}</Loaded>
      </Panel>
    </>
  )
}

function parentsOf(
  path: string,
  job: number,
  folder: string,
): readonly { readonly label: string; readonly href: string }[] {
  if (folder === '') return []
  const parts = folder.split('/').slice(0, -1)
  return [
    { label: 'Artifacts', href: artifactsPath(path, job) },
    ...parts.map((label, index) => ({ label, href: artifactsPath(path, job, parts.slice(0, index + 1).join('/')) })),
  ]
}

type FolderProps = {
  readonly path: string
  readonly job: number
  readonly files: readonly ArtifactEntry[]
  readonly folder: string
}

function Folder({ path, job, files, folder }: FolderProps): JSX.Element {
  const entries = entriesIn(files, folder)
  if (entries.length === 0) return <Empty icon="folder" title="Nothing here" />
  return (
    <ul class="entries">
      {entries.map(entry => (
        <li key={entry.path}>
          <Entry path={path} job={job} entry={entry} />
        </li>
      ))}
    </ul>
  )
}

function Entry({
  path,
  job,
  entry,
}: {
  readonly path: string
  readonly job: number
  readonly entry: FolderEntry
}): JSX.Element {
  const href = entry.isFolder ? artifactsPath(path, job, entry.path) : artifactFileUrl(path, job, entry.path)
  return (
    <a class="entry" href={href} download={entry.isFolder ? undefined : entry.name}>
      <Icon name={entry.isFolder ? 'folder' : 'file'} />
      <span class="clip">{entry.name}</span>
      <span class="spacer" />
      <span class="soft small number nowrap">{sizeWords(entry.size)}</span>
    </a>
  )
}
