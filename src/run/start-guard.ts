// Who may start a job by hand, and which deployments may still go out: protected refs, protected environments, and
// deployments that a newer one has overtaken. Asked when somebody plays or retries, and again when a runner comes for it.
import type { JobPlan } from '../pipeline/model.ts'
import { type RunErrorCode, runError } from './errors.ts'
import type { JobState } from './machine-model.ts'
import type { Directory } from './ports.ts'
import type { ProtectedEnvironmentRecord, ProtectedEnvironmentStore } from './protected-environment-ports.ts'
import type { JobRecord, PipelineRecord } from './records.ts'
import type { EnvironmentStore, RunReader } from './store-ports.ts'

export type StartGuard = {
  readonly isEnvironmentProtected: (projectId: number, name: string) => Promise<boolean>
  /** @throws AppError `start_forbidden`, `outdated_deployment`. Nobody (null): the server itself, which may. */
  readonly demandByHand: (jobId: number, userId: number | null, how: 'play' | 'retry') => Promise<void>
  readonly demandPipeline: (pipelineId: number, userId: number | null) => Promise<void>
  /** Of another tool, in this person's name. @throws AppError `start_forbidden` */
  readonly demandDeployment: (projectId: number, environment: string, userId: number | null) => Promise<void>
  /** @throws AppError `deployment_forbidden`, `outdated_deployment` */
  readonly demandAtClaim: (claimed: {
    readonly pipeline: PipelineRecord
    readonly plan: JobPlan
    readonly job: JobState
  }) => Promise<void>
}

export type StartGuardDeps = {
  readonly directory: Pick<Directory, 'project' | 'mayRun' | 'levelOf'>
  readonly reader: Pick<RunReader, 'job' | 'pipeline' | 'jobPlan'>
  readonly environments: Pick<EnvironmentStore, 'hasNewerSuccess'>
  readonly protectedEnvironments: Pick<ProtectedEnvironmentStore, 'byName'>
}

export function createStartGuard(deps: StartGuardDeps): StartGuard {
  const { directory, reader, environments, protectedEnvironments } = deps

  async function demandRef({ projectId, ref, isProtected }: PipelineRecord, userId: number): Promise<void> {
    if (!isProtected || (await directory.mayRun(userId, projectId, ref))) return
    throw runError(
      'start_forbidden',
      `403 Forbidden - the ${ref.kind} ${ref.name} is protected: jobs are started there by who may push to it`,
    )
  }

  async function demandDeployer(
    projectId: number,
    environment: string,
    userId: number | null,
    code: RunErrorCode,
  ): Promise<void> {
    const rule = await protectedEnvironments.byName(projectId, environment)
    if (rule === null) return
    const level = userId === null ? 0 : await directory.levelOf(userId, projectId)
    if (userId !== null && mayDeploy(rule, userId, level)) return
    const words = `the environment ${environment} is protected: ${whoMay(rule)}`
    throw runError(code, code === 'start_forbidden' ? `403 Forbidden - ${words}` : words)
  }

  /** A retry may go back on purpose. */
  async function demandNewest(pipeline: PipelineRecord, plan: JobPlan): Promise<void> {
    const { environment } = plan
    if (environment?.action !== 'start') return
    const project = await directory.project(pipeline.projectId)
    if (project?.project.outdatedDeploymentsAllowed === true) return
    const { projectId, id, sha } = pipeline
    if (!(await environments.hasNewerSuccess(projectId, environment.name, { pipelineId: id, sha }))) return
    throw runError('outdated_deployment', `a newer pipeline has deployed to ${environment.name} already`)
  }

  return {
    isEnvironmentProtected: async (projectId, name) => (await protectedEnvironments.byName(projectId, name)) !== null,
    async demandByHand(jobId, userId, how) {
      const job = await reader.job(jobId)
      const pipeline = job === null ? null : await reader.pipeline(job.pipelineId)
      if (job === null || pipeline === null || userId === null) return
      await demandRef(pipeline, userId)
      if (job.environment === null) return
      await demandDeployer(pipeline.projectId, job.environment, userId, 'start_forbidden')
      const plan = how === 'play' && isFirst(job) ? await reader.jobPlan(jobId) : null
      if (plan !== null) await demandNewest(pipeline, plan)
    },
    async demandPipeline(pipelineId, userId) {
      const pipeline = await reader.pipeline(pipelineId)
      if (pipeline !== null && userId !== null) await demandRef(pipeline, userId)
    },
    demandDeployment: (projectId, environment, userId) =>
      demandDeployer(projectId, environment, userId, 'start_forbidden'),
    async demandAtClaim({ pipeline, plan, job }) {
      if (plan.environment === null) return
      await demandDeployer(pipeline.projectId, plan.environment.name, job.userId, 'deployment_forbidden')
      if (job.attempt === 0) await demandNewest(pipeline, plan)
    },
  }
}

/** A played row that was never tried before. */
function isFirst(job: JobRecord): boolean {
  return job.startedAt === null
}

function mayDeploy(rule: ProtectedEnvironmentRecord, userId: number, level: number): boolean {
  return rule.deployers.some(each => (each.kind === 'user' ? each.userId === userId : level >= each.level))
}

const roleNames: Readonly<Record<number, string>> = {
  30: 'developers',
  40: 'maintainers',
  50: 'owners',
  60: 'administrators',
}

function whoMay({ deployers }: ProtectedEnvironmentRecord): string {
  const levels = deployers.flatMap(each => (each.kind === 'role' ? [each.level] : []))
  const people = deployers.some(each => each.kind === 'user') ? ['the people named in its protection'] : []
  const roles = levels.length === 0 ? [] : [`${roleNames[Math.min(...levels)] ?? 'nobody'} and above`]
  return `only ${[...roles, ...people].join(' and ') || 'nobody'} may deploy to it`
}
