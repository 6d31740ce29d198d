import type { JSX } from 'preact'
import { searchProjectLogs } from '../../api/pipelines.ts'
import { LogSearch } from '../../ci/log-search.tsx'
import type { PageProps } from '../../shell/page-modules.ts'
import { PageHead } from '../../ui/page.tsx'

/** When did this error come for the first time? */
export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  return (
    <>
      <PageHead title="Search logs" windowTitle={`Logs of ${path}`}>
        <p class="soft">The logs of the newest jobs of all pipelines, newest first.</p>
      </PageHead>
      <LogSearch
        path={path}
        scope={`project ${path}`}
        placeholder="Text in any log of this project"
        search={(text, signal) => searchProjectLogs(path, text, signal)}
        showPipeline
      />
    </>
  )
}
