import type { JSX } from 'preact'
import type { Deployment } from '../../api/environments.ts'
import { jobPath } from '../../paths.ts'

/** Its job; a deployment that another tool told of has none. */
export function DeployedBy({
  path,
  deployment: { deployable: job },
}: {
  readonly path: string
  readonly deployment: Deployment
}): JSX.Element {
  if (!job) return <span class="faint">by API</span>
  return <a href={jobPath(path, job.id)}>{job.name}</a>
}
