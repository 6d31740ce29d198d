import type { JSX } from 'preact'
import { levelIn, maintainer, useProject } from '../../api/projects.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page.tsx'
import { RunnerList } from './runner-list.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const project = useProject(path)
  return (
    <>
      <PageHead title="Runners" windowTitle={`Runners of ${path}`}>
        <p class="soft">Those that may take jobs of this project.</p>
      </PageHead>
      <Loaded of={project}>
        {data => (
          <RunnerList
            project={{ path, id: data.id }}
            mayChange={levelIn(data, currentUser.value?.is_admin ?? false) >= maintainer}
          />
        )}
      </Loaded>
    </>
  )
}
