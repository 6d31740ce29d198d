import { type Hook, type HookEvent, hookEvents } from '../../api/hooks.ts'

type EventWords = { readonly short: string; readonly label: string }

/** In GitLab's words. */
export const eventWords: Readonly<Record<HookEvent, EventWords>> = {
  push_events: { short: 'push', label: 'Push events' },
  tag_push_events: { short: 'tag', label: 'Tag push events' },
  pipeline_events: { short: 'pipeline', label: 'Pipeline events' },
  job_events: { short: 'job', label: 'Job events' },
  merge_requests_events: { short: 'merge request', label: 'Merge request events' },
  releases_events: { short: 'release', label: 'Releases events' },
  deployment_events: { short: 'deployment', label: 'Deployment events' },
}

export function eventsOf(hook: Hook): readonly HookEvent[] {
  return hookEvents.filter(event => hook[event])
}
