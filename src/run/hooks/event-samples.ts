// What a hook is tried out with: the newest commit, tag, pipeline, … of its project.

import { zeroSha } from '../creation-context.ts'
import type { MergeRequestStore } from '../merge-request-ports.ts'
import type { Repositories } from '../ports.ts'
import type { ReleaseStore } from '../release-ports.ts'
import type { EnvironmentStore, Listed, RunReader } from '../store-ports.ts'
import type { EventBodies } from './event-bodies.ts'
import type { HookPlace } from './hook-place.ts'
import type { HookEvent } from './hook-ports.ts'

export type SampleDeps = {
  readonly bodies: EventBodies
  readonly reader: Pick<RunReader, 'pipelines' | 'pipeline' | 'jobs'>
  readonly environments: Pick<EnvironmentStore, 'deployments'>
  readonly releases: Pick<ReleaseStore, 'list'>
  readonly mergeRequests: Pick<MergeRequestStore, 'list'>
  readonly repositories: Pick<Repositories, 'refs'>
}

/** What must be there for an event to be shown. */
export const sampleNeeds: Readonly<Record<HookEvent, string>> = {
  push: 'commits',
  tag_push: 'tags',
  pipeline: 'CI pipelines',
  job: 'CI jobs',
  deployment: 'deployments',
  releases: 'releases',
  merge_requests: 'merge requests',
}

const newest = { page: 1, perPage: 1 }

/** Null: the project has nothing of the kind yet. */
export function sampleBody(deps: SampleDeps, event: HookEvent, place: HookPlace): Promise<object | null> {
  return samples[event](deps, place)
}

type Sample = (deps: SampleDeps, place: HookPlace) => Promise<object | null>

const samples: Readonly<Record<HookEvent, Sample>> = {
  push: (deps, place) => pushOf(deps, place, 'branch'),
  tag_push: (deps, place) => pushOf(deps, place, 'tag'),
  async pipeline({ reader, bodies }, place) {
    const pipeline = first(await reader.pipelines({ projectId: place.project.id }, newest))
    return pipeline && (await bodies.pipeline(pipeline, place))
  },
  async job({ reader, bodies }, place) {
    const job = first(await reader.jobs({ projectId: place.project.id }, newest))
    const pipeline = job && (await reader.pipeline(job.pipelineId))
    return job && pipeline && bodies.job(job, pipeline, place)
  },
  async deployment({ environments, bodies }, place) {
    const deployment = first(await environments.deployments(place.project.id, {}, newest))
    return deployment && (await bodies.deployment(deployment, place))
  },
  async releases({ releases, bodies }, place) {
    const release = first(await releases.list(place.project.id, { by: 'released_at', ascending: false }, newest))
    return release && (await bodies.release('create', release, place))
  },
  async merge_requests({ mergeRequests, bodies }, place) {
    const after = first(await mergeRequests.list(place.project.id, {}, newest))
    return after && (await bodies.mergeRequest({ before: null, after }, place))
  },
}

/** The default branch, else any; a tag, whichever comes last by its name. */
async function pushOf({ repositories, bodies }: SampleDeps, place: HookPlace, kind: 'branch' | 'tag') {
  const refs = (await repositories.refs(place.project.id)).filter(({ ref }) => ref.kind === kind)
  const chosen = refs.find(({ ref }) => kind === 'branch' && ref.name === place.project.defaultBranch) ?? refs.at(-1)
  return chosen === undefined ? null : await bodies.push({ ref: chosen.ref, before: zeroSha, after: chosen.sha }, place)
}

function first<T>({ items }: Listed<T>): T | null {
  return items[0] ?? null
}
