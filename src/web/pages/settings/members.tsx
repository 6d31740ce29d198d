import type { JSX } from 'preact'
import { projectUrl } from '../../api/client.ts'
import { levelIn, maintainer, useProject } from '../../api/projects.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { PageHead } from '../../ui/page.tsx'
import { MemberList } from './member-list.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  const mayChange = levelIn(project.data, currentUser.value?.is_admin ?? false) >= maintainer
  return (
    <>
      <PageHead title="Members" windowTitle={`Members of ${path}`} />
      <MemberList base={projectUrl(path)} mayChange={mayChange} />
    </>
  )
}
