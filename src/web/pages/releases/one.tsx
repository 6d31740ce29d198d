import type { JSX } from 'preact'
import { readRelease } from '../../api/releases.ts'
import { useResource } from '../../api/resource.ts'
import { projectPath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page.tsx'
import { ReleasePanel } from './release-panel.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const tag = params.tag ?? ''
  const release = useResource(`release:${path}:${tag}`, signal => readRelease(path, tag, signal))
  return (
    <>
      <PageHead
        title={release.data?.name ?? tag}
        windowTitle={`Release ${tag} of ${path}`}
        crumbs={[{ label: 'Releases', href: projectPath(path, 'releases') }]}
      />
      <Loaded of={release}>{data => <ReleasePanel path={path} release={data} />}</Loaded>
    </>
  )
}
