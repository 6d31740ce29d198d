// Effects: what is done after a change is saved. Nobody waits for it; whatever a crash prevents, the recovery does again.
import type { Owner } from '../kit/owner.ts'
import type { Downstream } from './downstream.ts'
import type { Environments } from './environments.ts'
import type { Leases } from './leases.ts'
import { pipelineTopic, projectTopic, type RunChanged } from './live-events.ts'
import type { Effect } from './machine-model.ts'
import type { Clock, JobQueue, LiveBus, WakeUp } from './ports.ts'
import type { Resources } from './resources.ts'
import type { Told } from './transitions.ts'

export type Performer = {
  /** Follows a saved change. It must not wait. */
  readonly tell: (told: Told) => void
  readonly perform: (
    place: { readonly projectId: number; readonly pipelineId: number },
    effects: readonly Effect[],
  ) => void
}

export type PerformerDeps = {
  readonly owner: Owner
  readonly queue: JobQueue
  readonly live: LiveBus
  readonly leases: Leases
  readonly clock: Clock
  /** Asked for when they are needed: they themselves change pipelines, whose changes come here. */
  readonly parts: () => {
    readonly downstream: Downstream
    readonly resources: Resources
    readonly environments: Environments
    readonly startDelayed: (pipelineId: number, jobId: number) => Promise<void>
    readonly cancelPipeline: (pipelineId: number) => Promise<unknown>
  }
}

export function createPerformer(deps: PerformerDeps): Performer {
  const { owner, queue, live, leases, clock, parts } = deps

  function perform(
    { projectId, pipelineId }: { readonly projectId: number; readonly pipelineId: number },
    effects: readonly Effect[],
  ): void {
    const wakeUps = effects.flatMap(effect => (effect.type === 'enqueue' ? [{ ...effect, pipelineId }] : []))
    if (wakeUps.length > 0) owner.run('wake runners', () => queue.wake(wakeUps.map(wakeUpOf)))
    for (const effect of effects) start(projectId, pipelineId, effect)
  }

  function start(projectId: number, pipelineId: number, effect: Effect): void {
    const { downstream, resources, startDelayed, cancelPipeline } = parts()
    switch (effect.type) {
      case 'enqueue':
        break
      case 'cancel_running':
        owner.run('cancel a job', () => queue.cancel(effect.jobId))
        break
      case 'start_timer':
        clock.callAt(new Date(effect.at), () => {
          owner.run('start a delayed job', () => startDelayed(pipelineId, effect.jobId))
        })
        break
      case 'request_resource':
        owner.run('assign a resource', () => resources.assign(projectId, effect.key))
        break
      case 'release_resource':
        owner.run('release a resource', () => resources.release(projectId, effect.key, effect.jobId))
        break
      case 'create_downstream':
        owner.run('create a downstream pipeline', () => downstream.create(effect.jobId))
        break
      case 'cancel_downstream':
        owner.run('cancel a downstream pipeline', async () => {
          await cancelPipeline(effect.downstreamPipelineId)
        })
        break
      case 'tell_upstream':
        owner.run('tell the upstream pipeline', () => downstream.follow(effect.jobId, pipelineId, effect.status))
        break
    }
  }

  return {
    perform,
    tell(told) {
      const { pipelineId, transition } = told
      const jobs = [...transition.changed, ...transition.added]
      for (const job of jobs) leases.follow(pipelineId, job, clock.now().getTime())
      perform(told, transition.effects)
      publish(live, told)
      const { environments } = parts()
      for (const job of jobs.filter(each => each.rule.environment !== null)) {
        owner.run('record a deployment', () => environments.follow(pipelineId, job))
      }
    },
  }
}

function wakeUpOf({ pipelineId, jobId, lease, demandClass }: WakeUp): WakeUp {
  return { pipelineId, jobId, lease, demandClass }
}

function publish(live: LiveBus, { pipelineId, projectId, transition, hasPipelineChanged }: Told): void {
  const { status, hasWarnings } = transition.pipeline
  const event: RunChanged = {
    kind: 'run_changed',
    projectId,
    pipelineId,
    status,
    hasWarnings,
    jobs: [...transition.changed, ...transition.added].map(job => ({
      id: job.id,
      name: job.rule.name,
      status: job.status,
      isRetried: job.isRetried,
    })),
  }
  live.publish(pipelineTopic(pipelineId), event)
  if (hasPipelineChanged) live.publish(projectTopic(projectId), { ...event, jobs: [] })
}
