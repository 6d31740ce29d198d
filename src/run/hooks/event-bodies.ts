// What hooks are told of each event, with what has to be read for it.

import type { DeploymentRecord, JobRecord, PipelineRecord } from '../records.ts'
import type { ReleaseRecord } from '../release-ports.ts'
import type { EnvironmentStore, RunReader } from '../store-ports.ts'
import type { RefChange } from '../trigger.ts'
import { deploymentPayload } from './deployment-payload.ts'
import type { HookCommit, HookPlace } from './hook-place.ts'
import { jobPayload } from './job-payload.ts'
import { type MergeRequestNews, mergeRequestPayload } from './merge-request-payload.ts'
import { pipelinePayload } from './pipeline-payload.ts'
import { pushPayload } from './push-payload.ts'
import { type ReleaseNews, releasePayload } from './release-payload.ts'

export type EventBodies = {
  readonly push: (change: RefChange, place: HookPlace) => Promise<object>
  readonly pipeline: (pipeline: PipelineRecord, place: HookPlace) => Promise<object>
  readonly job: (job: JobRecord, pipeline: PipelineRecord, place: HookPlace) => object
  /** Null: its environment is gone. */
  readonly deployment: (deployment: DeploymentRecord, place: HookPlace) => Promise<object | null>
  readonly release: (action: ReleaseNews['action'], release: ReleaseRecord, place: HookPlace) => Promise<object>
  readonly mergeRequest: (change: Omit<MergeRequestNews, 'commit'>, place: HookPlace) => Promise<object>
}

export type EventBodiesDeps = {
  readonly reader: Pick<RunReader, 'jobsOfPipeline'>
  readonly environments: Pick<EnvironmentStore, 'byId'>
  readonly commit: (projectId: number, sha: string) => Promise<HookCommit | null>
  /** The newest commits of a push, the newest first, and how many there are. */
  readonly commitsOf: (
    projectId: number,
    change: RefChange,
    limit: number,
  ) => Promise<{ readonly shas: readonly string[]; readonly total: number }>
}

/** GitLab's bound: so many commits of a push are listed. */
const mostCommits = 20

export function createEventBodies({ reader, environments, commit, commitsOf }: EventBodiesDeps): EventBodies {
  return {
    async push(change, place) {
      const { kind, name } = change.ref
      const projectId = place.project.id
      const { shas, total } = await commitsOf(projectId, change, mostCommits)
      const found = await Promise.all([...shas].reverse().map(sha => commit(projectId, sha)))
      const told = {
        ...change,
        kind: kind === 'tag' ? ('tag_push' as const) : ('push' as const),
        ref: `refs/${kind === 'tag' ? 'tags' : 'heads'}/${name}`,
        commits: found.filter(each => each !== null),
        totalCommits: total,
      }
      return pushPayload(told, place)
    },
    async pipeline(pipeline, place) {
      const jobs = await reader.jobsOfPipeline(pipeline.id, false)
      return pipelinePayload({ pipeline, jobs, commit: await commit(pipeline.projectId, pipeline.sha) }, place)
    },
    job: (job, pipeline, place) => jobPayload({ job, pipeline }, place),
    async deployment(deployment, place) {
      const environment = await environments.byId(deployment.environmentId)
      return environment === null ? null : deploymentPayload({ deployment, environment }, place)
    },
    async release(action, release, place) {
      return releasePayload({ action, release, commit: await commit(release.projectId, release.sha) }, place)
    },
    async mergeRequest(change, place) {
      const { projectId, sha } = change.after
      return mergeRequestPayload({ ...change, commit: await commit(projectId, sha) }, place)
    },
  }
}
