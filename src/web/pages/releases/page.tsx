import type { JSX } from 'preact'
import { listReleases } from '../../api/releases.ts'
import { useResource } from '../../api/resource.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Command } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead } from '../../ui/page.tsx'
import { Pager } from '../../ui/table.tsx'
import { useQuery } from '../../ui/use-query.ts'
import { ReleasePanel } from './release-panel.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const query = useQuery()
  const releases = useResource(`releases:${path}:${query.page}`, signal =>
    listReleases(path, { page: query.page, per_page: 10 }, signal),
  )
  return (
    <>
      <PageHead title="Releases" windowTitle={`Releases of ${path}`} />
      <Loaded of={releases} rows={8}>
        {page =>
          page.items.length === 0 ? (
            <NoRelease />
          ) : (
            <div class="stack">
              {page.items.map(release => (
                <ReleasePanel key={release.tag_name} path={path} release={release} />
              ))}
              <Pager page={query.page} of={page} onPage={to => query.set({ page: to })} />
            </div>
          )
        }
      </Loaded>
    </>
  )
}

const job = `release:
  rules:
    - if: $CI_COMMIT_TAG
  script: echo "Release $CI_COMMIT_TAG"
  release:
    tag_name: $CI_COMMIT_TAG
    description: What is new in $CI_COMMIT_TAG`

function NoRelease(): JSX.Element {
  return (
    <div class="panel">
      <Empty icon="star" title="No release yet">
        <p class="empty-text">
          A release is a tag with notes and things to download. A job makes one; add this to <code>.gitlab-ci.yml</code>
        </p>
        <Command text={job} />
        <p class="empty-text">and push a tag:</p>
        <Command text="git tag v1.0.0 && git push origin v1.0.0" />
      </Empty>
    </div>
  )
}
