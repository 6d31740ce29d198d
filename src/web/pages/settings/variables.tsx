import type { JSX } from 'preact'
import { projectUrl } from '../../api/client.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { PageHead } from '../../ui/page.tsx'
import { VariableList } from './variable-list.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  return (
    <>
      <PageHead title="Variables" windowTitle={`Variables of ${path}`}>
        <p class="soft">Jobs get them as environment variables. They are stored encrypted.</p>
      </PageHead>
      <VariableList base={projectUrl(path)} hasScopes />
    </>
  )
}
