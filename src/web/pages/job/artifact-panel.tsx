import type { JSX } from 'preact'
import { archiveUrl, type Job, keepArtifacts } from '../../api/jobs.ts'
import { artifactsPath } from '../../paths.ts'
import { attempt } from '../../ui/action.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Panel } from '../../ui/page.tsx'
import { Ago } from '../../ui/time.tsx'
import { sizeWords } from '../../words.ts'

type ArtifactPanelProps = {
  readonly path: string
  readonly job: Job
  readonly mayAct: boolean
  readonly onChanged: () => void
}

/** What the job kept: to browse, to download, and until when. */
export function ArtifactPanel({ path, job, mayAct, onChanged }: ArtifactPanelProps): JSX.Element | null {
  const archive = job.artifacts.find(file => file.file_type === 'archive')
  const reports = job.artifacts.filter(
    file => file.file_type !== 'archive' && file.file_type !== 'trace' && file.file_type !== 'metadata',
  )
  if (archive === undefined && reports.length === 0) return null
  async function keep(): Promise<void> {
    await attempt(async () => {
      await keepArtifacts(path, job.id)
      return 'The artifacts are kept until somebody deletes them.'
    })
    onChanged()
  }
  return (
    <Panel title="Artifacts" padded>
      {archive && (
        <>
          <div class="row">
            <LinkButton small icon="folder" href={artifactsPath(path, job.id)}>
              Browse
            </LinkButton>
            <LinkButton small icon="download" href={archiveUrl(path, job.id)} download>
              Download, {sizeWords(archive.size)}
            </LinkButton>
          </div>
          {job.artifacts_expire_at && (
            <div class="row-spread small">
              <span class="soft">
                Expire <Ago at={job.artifacts_expire_at} />
              </span>
              {mayAct && (
                <Button small kind="quiet" onClick={() => void keep()}>
                  Keep
                </Button>
              )}
            </div>
          )}
        </>
      )}
      {reports.length > 0 && (
        <ul class="stack-tight small soft">
          {reports.map(report => (
            <li key={report.filename}>
              {report.file_type.replaceAll('_', ' ')} report, {sizeWords(report.size)}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
