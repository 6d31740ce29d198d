// From what happens in a project to deliveries for those of its hooks that asked for it. Nothing waits for it: a push, a claim
// and a job's end go on at once, and what fails here is told to the log.
import { matchesPattern } from '../../access/ref-rules.ts'
import { createExpiringCache } from '../../kit/expiring-cache.ts'
import { pipelineTopic, type RunChanged } from '../live-events.ts'
import type { Clock, Directory, LiveBus } from '../ports.ts'
import type { JobRecord, PipelineRecord } from '../records.ts'
import type { EnvironmentStore, RunReader } from '../store-ports.ts'
import type { Push, RefChange } from '../trigger.ts'
import type { HookEvent, HookRecord, HookStore } from './hook-ports.ts'
import {
  deploymentPayload,
  type HookCommit,
  type HookPlace,
  jobPayload,
  pipelinePayload,
  pushPayload,
} from './payloads.ts'

export type HookTeller = {
  readonly pushed: (push: Push) => void
  /** The same bus, whose changes of pipelines are heard here, too. */
  readonly listening: (bus: LiveBus) => LiveBus
  /** Hooks were changed: what is remembered of them is forgotten. */
  readonly changed: () => void
  /** Waits for what was begun. */
  readonly idle: () => Promise<void>
}

export type HookTellerDeps = {
  readonly store: Pick<HookStore, 'list' | 'addDeliveries'>
  readonly reader: Pick<RunReader, 'pipeline' | 'job' | 'jobsOfPipeline'>
  readonly directory: Pick<Directory, 'project' | 'user'>
  readonly environments: Pick<EnvironmentStore, 'deploymentOfJob' | 'byId'>
  readonly commit: (projectId: number, sha: string) => Promise<HookCommit | null>
  /** The newest commits of a push, the newest first, and how many there are. */
  readonly commitsOf: (
    projectId: number,
    change: RefChange,
    limit: number,
  ) => Promise<{ readonly shas: readonly string[]; readonly total: number }>
  readonly url: string
  readonly newId: () => string
  readonly clock: Clock
  /** Something is to be delivered. */
  readonly wake: () => void
  readonly onBug: (error: unknown) => void
}

const hooksKeptMs = 5000
const mostProjects = 500
/** GitLab's bounds: of a push so many commits are listed, and one of more refs is told to nobody. */
const mostCommits = 20
const mostRefs = 3
const mostStatuses = 10_000

export function createHookTeller(deps: HookTellerDeps): HookTeller {
  const { store, reader, directory, clock } = deps
  const known = createExpiringCache<readonly HookRecord[]>({
    lifetimeMs: hooksKeptMs,
    maxEntries: mostProjects,
    clock: () => clock.now().getTime(),
  })
  /** What was told last of a pipeline or job, so that each status is told once. */
  const told = new Map<string, string>()
  let last: Promise<void> = Promise.resolve()

  const soon = (work: () => Promise<void>): void => {
    last = last.then(work).catch(deps.onBug)
  }
  const hooksOf = (projectId: number) => known.get(String(projectId), () => store.list(projectId))
  const wanting = async (projectId: number, event: HookEvent) =>
    (await hooksOf(projectId)).filter(hook => hook.events.includes(event))

  async function deliver(hooks: readonly HookRecord[], payload: object): Promise<void> {
    const [eventId, body] = [deps.newId(), JSON.stringify(payload)]
    await store.addDeliveries(
      hooks.map(hook => ({ hookId: hook.id, eventId, body })),
      clock.now().toISOString(),
    )
    deps.wake()
  }

  async function placeOf(projectId: number, userId: number | null): Promise<HookPlace | null> {
    const project = (await directory.project(projectId))?.project
    if (project === undefined) return null
    const user = userId === null ? null : await directory.user(userId)
    return { url: deps.url, project, user: user?.facts ?? null }
  }

  async function tellPush(push: Push, change: RefChange): Promise<void> {
    const isTag = change.ref.kind === 'tag'
    const all = await wanting(push.projectId, isTag ? 'tag_push' : 'push')
    const hooks = isTag
      ? all
      : all.filter(hook => hook.branchFilter === '' || matchesPattern(hook.branchFilter, change.ref.name))
    const place = hooks.length === 0 ? null : await placeOf(push.projectId, push.userId)
    if (place === null) return
    const { shas, total } = await deps.commitsOf(push.projectId, change, mostCommits)
    const commits = await Promise.all([...shas].reverse().map(sha => deps.commit(push.projectId, sha)))
    const kind = isTag ? 'tag_push' : 'push'
    const ref = `refs/${isTag ? 'tags' : 'heads'}/${change.ref.name}`
    const found = commits.filter(commit => commit !== null)
    await deliver(hooks, pushPayload({ ...change, kind, ref, commits: found, totalCommits: total }, place))
  }

  async function tellRun({ projectId, pipelineId, status, jobs }: RunChanged): Promise<void> {
    if ((await hooksOf(projectId)).length === 0) return
    const isNewStatus = isNews(`pipeline ${pipelineId}`, status)
    const changedJobs = jobs.filter(job => isNews(`job ${job.id}`, job.status))
    const pipeline = await reader.pipeline(pipelineId)
    if (pipeline === null) return
    for (const { id } of changedJobs) {
      const job = await reader.job(id)
      if (job !== null) await tellJob(job, pipeline)
    }
    if (isNewStatus) await tellPipeline(pipeline)
  }

  function isNews(what: string, status: string): boolean {
    if (told.get(what) === status) return false
    told.delete(what)
    told.set(what, status)
    const [oldest] = told.keys()
    if (told.size > mostStatuses && oldest !== undefined) told.delete(oldest)
    return true
  }

  async function tellPipeline(pipeline: PipelineRecord): Promise<void> {
    const { projectId, id, sha, userId } = pipeline
    const hooks = await wanting(projectId, 'pipeline')
    const place = hooks.length === 0 ? null : await placeOf(projectId, userId)
    if (place === null) return
    const jobs = await reader.jobsOfPipeline(id, false)
    await deliver(hooks, pipelinePayload({ pipeline, jobs, commit: await deps.commit(projectId, sha) }, place))
  }

  async function tellJob(job: JobRecord, pipeline: PipelineRecord): Promise<void> {
    const [jobHooks, deploymentHooks] = [
      await wanting(job.projectId, 'job'),
      job.environment === null ? [] : await wanting(job.projectId, 'deployment'),
    ]
    if (jobHooks.length + deploymentHooks.length === 0) return
    const place = await placeOf(job.projectId, job.userId)
    if (place === null) return
    if (jobHooks.length > 0) await deliver(jobHooks, jobPayload({ job, pipeline }, place))
    const deployment = deploymentHooks.length === 0 ? null : await deps.environments.deploymentOfJob(job.id)
    const environment = deployment === null ? null : await deps.environments.byId(deployment.environmentId)
    if (deployment === null || environment === null || !isNews(`deployment ${deployment.id}`, deployment.status)) return
    await deliver(deploymentHooks, deploymentPayload({ deployment, environment }, place))
  }

  return {
    pushed: push => {
      if (push.changes.length <= mostRefs) for (const change of push.changes) soon(() => tellPush(push, change))
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
    changed: known.clear,
    idle: () => last,
  }
}
