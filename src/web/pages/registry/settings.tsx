import type { JSX } from 'preact'
import { useProject } from '../../api/projects.ts'
import { projectPath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { PageHead } from '../../ui/page.tsx'
import { CleanupForm } from './cleanup.tsx'
import { Follows } from './follows.tsx'
import { Rules } from './rules.tsx'
import { Webhooks } from './webhooks.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  return (
    <>
      <PageHead
        title="Registry settings"
        windowTitle={`Registry settings of ${path}`}
        crumbs={[{ label: 'Container Registry', href: projectPath(path, 'container_registry') }]}
      >
        <p class="soft">
          To switch the registry off for this project, see <a href={projectPath(path, 'settings/general')}>General</a>.
        </p>
      </PageHead>
      <div class="stack">
        <CleanupForm path={path} />
        <Rules path={path} kind="tag" />
        <Rules path={path} kind="repository" />
        <Follows path={path} defaultRef={project.data?.default_branch ?? 'main'} />
        <Webhooks path={path} />
      </div>
    </>
  )
}
