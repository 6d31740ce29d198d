// Who may follow what. Asked at subscription, and again for every subscription from time to time.
import type { Actor } from '../../access/model.ts'
import type { ProjectAction } from '../../access/policy.ts'
import type { Access } from '../../access/ports.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { ParsedTopic } from './topics.ts'

/** What a subscription needs; found once, since a job never changes its project. */
export type LiveNeed =
  | { readonly kind: 'project'; readonly projectId: number; readonly action: ProjectAction }
  | { readonly kind: 'admin' }

export type LiveDenial = { readonly status: 401 | 403 | 404; readonly message: string }

export type LiveRights = {
  /** Null: there is no such job or pipeline. */
  readonly needOf: (topic: ParsedTopic) => Promise<LiveNeed | null>
  /** Null: allowed. */
  readonly check: (actor: Actor, need: LiveNeed) => Promise<LiveDenial | null>
}

export const notThere: LiveDenial = { status: 404, message: '404 Not Found' }

export function createLiveRights(deps: {
  readonly access: Pick<Access, 'project'>
  readonly reads: Pick<RunReader, 'job' | 'pipeline'>
}): LiveRights {
  async function needOf(topic: ParsedTopic): Promise<LiveNeed | null> {
    switch (topic.kind) {
      case 'trace': {
        const job = await deps.reads.job(topic.jobId)
        return job === null ? null : { kind: 'project', projectId: job.projectId, action: 'read_job' }
      }
      case 'pipeline': {
        const pipeline = await deps.reads.pipeline(topic.pipelineId)
        return pipeline === null ? null : { kind: 'project', projectId: pipeline.projectId, action: 'read_pipeline' }
      }
      case 'project':
        return { kind: 'project', projectId: topic.projectId, action: 'read_pipeline' }
      case 'runners':
        return { kind: 'admin' }
    }
  }

  async function check(actor: Actor, need: LiveNeed): Promise<LiveDenial | null> {
    if (need.kind === 'admin') {
      const isAdmin = actor.kind === 'user' && actor.isAdmin
      return isAdmin ? null : { status: 403, message: '403 Forbidden - only administrators may follow the runners' }
    }
    const found = await deps.access.project(actor, need.projectId)
    const decision = found?.may(need.action)
    if (decision === undefined) return notThere
    if (decision.allowed) return null
    if (decision.hidden) return notThere
    return actor.kind === 'anonymous'
      ? { status: 401, message: '401 Unauthorized' }
      : { status: 403, message: `403 Forbidden - ${decision.reason}` }
  }

  return { needOf, check }
}
