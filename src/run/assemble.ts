// Puts the coordinator together from its parts. They know each other through it: effects change pipelines, whose changes
// have effects.
import { createOwner } from '../kit/owner.ts'
import { createActions } from './actions.ts'
import { createBranchEnd } from './branch-end.ts'
import { createClaims } from './claim.ts'
import type { Coordinator, CoordinatorDeps } from './coordinator.ts'
import { createPipeline } from './creation.ts'
import { parseDotenv } from './dotenv.ts'
import { createDownstream } from './downstream.ts'
import { createEnvironments } from './environments.ts'
import { createJobFacts } from './job-facts.ts'
import { createJobIds } from './job-ids.ts'
import { finalStatuses } from './job-moves.ts'
import { releaseOfJob } from './job-release.ts'
import { createLeaseWords } from './lease-words.ts'
import { createLeases } from './leases.ts'
import { createMergeRequests } from './merge-requests.ts'
import { jobStatuses } from './model.ts'
import { createPerformer, type Performer } from './performer.ts'
import type { PipelineRecord } from './records.ts'
import { recoverRuns } from './recover.ts'
import { createResources } from './resources.ts'
import { runSchedule, runSchedules } from './schedules.ts'
import { createStartGuard } from './start-guard.ts'
import { supersedeOlder } from './supersede.ts'
import { createTick } from './tick.ts'
import { createToldDeployments } from './told-deployments.ts'
import { createTransitions } from './transitions.ts'
import { createTrigger, type PipelineCreation, type PipelineRequest, type Trigger } from './trigger.ts'

const aliveStatuses = jobStatuses.filter(status => !finalStatuses.includes(status))

export function createCoordinator(deps: CoordinatorDeps): {
  readonly coordinator: Coordinator
  readonly trigger: Trigger
} {
  const { store, reader, clock, log, surroundings } = deps
  const owner = createOwner((name, error) => log.error({ err: error }, `could not ${name}`))
  const leases = createLeases()
  const jobIds = createJobIds(store)
  const facts = createJobFacts(deps)
  const performer: Performer = createPerformer({
    ...deps,
    owner,
    leases,
    parts: () => ({ downstream, resources, environments, ...actions }),
  })
  const transitions = createTransitions({ store, clock, tell: performer.tell, gone: leases.forget })
  const actions = createActions({ reader, transitions, jobIds })
  const resources = createResources({ groups: deps.resourceGroups, transitions, clock })
  const environments = createEnvironments({
    ...deps,
    store: deps.environments,
    facts,
    playJob: playStopJob,
  })
  const create = (request: PipelineRequest): Promise<PipelineCreation> =>
    createPipeline(
      { ...deps, transitions, tell: performer.tell, onCreated: pipeline => afterCreation(pipeline) },
      request,
    )
  const downstream = createDownstream({ ...deps, facts, transitions, jobIds, createPipeline: create })
  const guard = createStartGuard({ ...deps, reader })
  const toldDeployments = createToldDeployments({ ...deps, store: deps.environments, guard })
  const claims = createClaims({ ...deps, guard, transitions, leases: deps.leaseStore, facts, jobIds })
  const words = createLeaseWords({
    leases,
    transitions,
    reader,
    jobIds,
    clock,
    afterSuccess: succeeded => releaseOfJob({ ...deps, facts }, succeeded),
  })
  const schedules = { store: deps.schedules, clock, createPipeline: create, log }
  const mergeRequests = createMergeRequests({ ...deps, createPipeline: create })
  const trigger = createTrigger({
    ...deps,
    mergeRequests,
    endBranch: createBranchEnd({ store: deps.environments, reader, environments, log }),
    createPipeline: create,
    pipelineUrl: (path, id) => `${surroundings.server.url}/${path}/-/pipelines/${id}`,
  })
  const tick = createTick({
    ...deps,
    leases,
    transitions,
    jobIds,
    actions,
    environments,
    runSchedules: () => runSchedules(schedules),
  })

  async function playStopJob(jobId: number, byHand: number | null): Promise<void> {
    await guard.demandByHand(jobId, byHand, 'play')
    const userId = byHand ?? (await reader.job(jobId))?.userId ?? null
    await actions.playJob(jobId, { userId, variables: [] })
  }

  function afterCreation(pipeline: PipelineRecord): void {
    const { id, projectId, sha } = pipeline
    owner.run('keep the commit of a pipeline', () => deps.repositories.keep(projectId, id, sha))
    owner.run('cancel redundant pipelines', () =>
      supersedeOlder({ reader, directory: deps.directory, clock, supersede: actions.supersede }, pipeline),
    )
  }

  async function deletePipeline(pipelineId: number): Promise<void> {
    const { projectId } = await actions.cancelPipeline(pipelineId)
    await store.deletePipeline(pipelineId)
    transitions.forget(pipelineId)
    leases.forget(pipelineId)
    await deps.repositories.release(projectId, pipelineId)
  }

  const coordinator: Coordinator = {
    ...words,
    ...claims,
    ...actions,
    async playJob(jobId, by) {
      await guard.demandByHand(jobId, by.userId, 'play')
      return await actions.playJob(jobId, by)
    },
    async retryJob(jobId, by) {
      await guard.demandByHand(jobId, by.userId, 'retry')
      return await actions.retryJob(jobId, by)
    },
    async retryPipeline(pipelineId, by) {
      await guard.demandPipeline(pipelineId, by.userId)
      return await actions.retryPipeline(pipelineId, by)
    },
    createPipeline: create,
    runSchedule: (schedule, by) => runSchedule(schedules, schedule, by),
    deletePipeline,
    async endProject(projectId) {
      const page = { page: 1, perPage: 100 }
      for (;;) {
        const { items } = await reader.pipelines({ projectId, statuses: aliveStatuses, withChildren: true }, page)
        if (items.length === 0) return
        for (const pipeline of items) await deletePipeline(pipeline.id)
      }
    },
    async eraseJob(jobId) {
      await deps.jobFacts.erase(jobId, clock.now().toISOString())
    },
    recordDotenv: (jobId, text) => deps.jobFacts.setDotenv(jobId, parseDotenv(text)),
    async recordPushedImage(image) {
      const job = await reader.job(image.jobId)
      if (job === null) return
      await deps.jobFacts.addPushedImage({ ...image, pipelineId: job.pipelineId }, clock.now().toISOString())
    },
    stopEnvironment: environments.stop,
    recordDeployment: toldDeployments.record,
    changeDeployment: toldDeployments.change,
    runMergeRequest: mergeRequests.run,
    async recover() {
      await recoverRuns({ ...deps, leases, actions, downstream, resources, setTimer })
      await trigger.createMissing()
    },
    tick,
    close: owner.settled,
  }

  function setTimer(pipelineId: number, jobId: number, at: string): void {
    performer.perform({ projectId: 0, pipelineId }, [{ type: 'start_timer', jobId, at }])
  }

  return { coordinator, trigger }
}
