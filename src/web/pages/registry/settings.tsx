import type { JSX } from 'preact'
import { projectPath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { PageHead } from '../../ui/page.tsx'
import { CleanupForm } from './cleanup.tsx'
import { TagRules } from './tag-rules.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  return (
    <>
      <PageHead
        title="Cleanup and protection"
        windowTitle={`Cleanup of ${path}`}
        crumbs={[{ label: 'Container Registry', href: projectPath(path, 'container_registry') }]}
      />
      <div class="stack">
        <CleanupForm path={path} />
        <TagRules path={path} />
      </div>
    </>
  )
}
