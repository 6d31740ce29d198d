// From what happens in a project to deliveries for those of its hooks that asked for it. Nothing waits for it: a push, a claim
// and a job's end go on at once, and what fails here is told to the log.
import { matchesPattern } from '../../access/ref-rules.ts'
import { pipelineTopic, type RunChanged } from '../live-events.ts'
import type { LiveBus } from '../ports.ts'
import type { Push, RefChange } from '../trigger.ts'
import { type ChangeNews, createChangeNews } from './change-news.ts'
import type { EventBodies } from './event-bodies.ts'
import type { HookAudience } from './hook-audience.ts'
import { createRunNews, type RunNewsDeps } from './run-news.ts'

export type HookTeller = ChangeNews & {
  readonly pushed: (push: Push) => void
  /** The same bus, whose changes of pipelines are heard here, too. */
  readonly listening: (bus: LiveBus) => LiveBus
  /** Hooks were changed: what is remembered of them is forgotten. */
  readonly changed: () => void
  /** Waits for what was begun. */
  readonly idle: () => Promise<void>
}

export type HookTellerDeps = RunNewsDeps & { readonly onBug: (error: unknown) => void }

/** GitLab's bound: a push of more refs is told to nobody. */
const mostRefs = 3

export function createHookTeller(deps: HookTellerDeps): HookTeller {
  const { audience, bodies } = deps
  let last: Promise<void> = Promise.resolve()
  const soon = (work: () => Promise<void>): void => {
    last = last.then(work).catch(deps.onBug)
  }
  const { tellRun, tellDeployment } = createRunNews(deps)

  return {
    ...createChangeNews({ audience, bodies, tellDeployment, soon }),
    pushed: push => {
      if (push.changes.length > mostRefs) return
      for (const change of push.changes) soon(() => tellPush({ audience, bodies }, push, change))
    },
    listening: bus => ({
      ...bus,
      publish(topic, event) {
        bus.publish(topic, event)
        const change = event as Partial<RunChanged>
        if (change.kind === 'run_changed' && topic === pipelineTopic(change.pipelineId ?? 0))
          soon(() => tellRun(change as RunChanged))
      },
    }),
    changed: audience.forget,
    idle: () => last,
  }
}

async function tellPush(
  { audience, bodies }: { readonly audience: HookAudience; readonly bodies: EventBodies },
  { projectId, userId }: Push,
  change: RefChange,
): Promise<void> {
  const { kind, name } = change.ref
  const all = await audience.wanting(projectId, kind === 'tag' ? 'tag_push' : 'push')
  const hooks = all.filter(
    hook => kind === 'tag' || hook.branchFilter === '' || matchesPattern(hook.branchFilter, name),
  )
  const place = hooks.length === 0 ? null : await audience.placeOf(projectId, userId)
  if (place !== null) await audience.tell(hooks, await bodies.push(change, place))
}
