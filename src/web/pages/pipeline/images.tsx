import type { JSX } from 'preact'
import type { PipelineView, PushedImage } from '../../api/pipelines.ts'
import { listRepositories } from '../../api/registry.ts'
import { useResource } from '../../api/resource.ts'
import { jobPath, projectPath, repositoryPath } from '../../paths.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { shortDigest } from '../../words.ts'

/** What the pipeline's jobs pushed to the registry. */
export function Images({ path, pipeline }: { readonly path: string; readonly pipeline: PipelineView }): JSX.Element {
  if (pipeline.images.length === 0) {
    return (
      <Panel>
        <Empty icon="box" title="No job pushed an image">
          <p class="empty-text">
            A job that runs <code>docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG</code> shows its image here.
          </p>
        </Empty>
      </Panel>
    )
  }
  return <PushedImages path={path} images={pipeline.images} />
}

function PushedImages({
  path,
  images,
}: {
  readonly path: string
  readonly images: readonly PushedImage[]
}): JSX.Element {
  const repositories = useResource(`repositories:${path}:pushed`, signal =>
    listRepositories(path, { per_page: 100 }, signal),
  )
  const idOf = (repository: string): number | undefined =>
    repositories.data?.items.find(each => each.path === repository)?.id
  return (
    <Panel actions={<a href={projectPath(path, 'container_registry')}>Container Registry</a>} title="Pushed images">
      <Table<PushedImage>
        name="Pushed images"
        rows={images}
        keyOf={image => `${image.job_id} ${image.repository} ${image.tag ?? image.digest}`}
        columns={[
          {
            title: 'Image',
            kind: 'main',
            cell: image => <ImageName path={path} image={image} repositoryId={idOf(image.repository)} />,
          },
          {
            title: 'Digest',
            kind: 'narrow',
            cell: image => (
              <span class="row nowrap">
                <span class="mono" title={image.digest}>
                  {shortDigest(image.digest)}
                </span>
                <CopyButton text={image.digest} label="Copy the digest" />
              </span>
            ),
          },
          {
            title: 'Pushed by',
            kind: 'narrow',
            cell: image => <a href={jobPath(path, image.job_id)}>{image.job_name}</a>,
          },
        ]}
      />
    </Panel>
  )
}

type ImageNameProps = {
  readonly path: string
  readonly image: PushedImage
  /** Undefined: not known yet, or deleted since. */
  readonly repositoryId: number | undefined
}

function ImageName({ path, image, repositoryId }: ImageNameProps): JSX.Element {
  const name = `${image.repository}${image.tag === null ? '' : `:${image.tag}`}`
  if (repositoryId === undefined || image.tag === null) return <span class="mono strong">{name}</span>
  return (
    <a class="mono strong" href={repositoryPath(path, repositoryId, image.tag)}>
      {name}
    </a>
  )
}
