import type { JSX } from 'preact'
import type { PipelineView, PushedImage } from '../../api/pipelines.ts'
import { jobPath, projectPath } from '../../paths.ts'
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
  return (
    <Panel actions={<a href={projectPath(path, 'container_registry')}>Container Registry</a>} title="Pushed images">
      <Table<PushedImage>
        name="Pushed images"
        rows={pipeline.images}
        keyOf={image => `${image.job_id} ${image.repository} ${image.tag ?? image.digest}`}
        columns={[
          {
            title: 'Image',
            kind: 'main',
            cell: image => (
              <span class="mono strong">{`${image.repository}${image.tag === null ? '' : `:${image.tag}`}`}</span>
            ),
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
