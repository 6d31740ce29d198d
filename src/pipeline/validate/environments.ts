import type { Diagnostics } from '../diagnostics.ts'
import type { JobEntry } from '../document/configuration.ts'
import { environmentNameOf } from '../plan/environment.ts'
import { textAt } from '../plan/read.ts'
import { isString, valueAt } from '../yaml/node.ts'

/** `on_stop` names a job of the same environment that stops it. */
export function checkEnvironments(jobs: readonly JobEntry[], diagnostics: Diagnostics): void {
  const byName = new Map(jobs.map(job => [job.name, job]))
  for (const job of jobs) {
    const onStop = valueAt(valueAt(job.node, 'environment'), 'on_stop')
    if (!isString(onStop)) continue
    const reason = mistakeIn(job, onStop.text, byName, diagnostics)
    if (reason !== null)
      diagnostics.error(
        `${job.name} job: on_stop job ${onStop.text} ${reason}`,
        `${job.name}:environment:on_stop`,
        onStop.place,
      )
  }
}

function mistakeIn(
  job: JobEntry,
  name: string,
  byName: ReadonlyMap<string, JobEntry>,
  diagnostics: Diagnostics,
): string | null {
  const stop = byName.get(name)
  if (!stop) return `is not defined${diagnostics.didYouMean(name, byName.keys())}`
  const environment = valueAt(stop.node, 'environment')
  if (!environment) return 'does not have environment defined'
  if (environmentNameOf(stop.node) !== environmentNameOf(job.node)) return 'have different environment name'
  return textAt(environment, 'action') === 'stop' ? null : 'needs to have action stop defined'
}
