// Deployments that another tool makes and tells of by the API: no job of ours stands behind them.
import { AppError } from '../kit/errors.ts'
import { deploymentTierOf } from '../pipeline/plan/deployment-tier.ts'
import { environmentSlugOf } from '../pipeline/variables/slug.ts'
import { runError } from './errors.ts'
import type { Clock, Repositories } from './ports.ts'
import type { DeploymentRecord, Ref } from './records.ts'
import type { StartGuard } from './start-guard.ts'
import type { EnvironmentStore } from './store-ports.ts'

export const toldStatuses = ['created', 'running', 'success', 'failed', 'canceled'] as const
export type ToldStatus = (typeof toldStatuses)[number]

export type ToldDeployment = {
  readonly projectId: number
  /** Its name; it is made when it is not there. */
  readonly environment: string
  readonly ref: Ref
  readonly sha: string
  readonly status: ToldStatus
  readonly userId: number | null
}

export type ToldDeployments = {
  /** @throws AppError `deployment_refused`, `start_forbidden` (the environment is protected) */
  readonly record: (told: ToldDeployment) => Promise<DeploymentRecord>
  /** @throws AppError `deployment_of_job`, `start_forbidden` */
  readonly change: (
    deployment: DeploymentRecord,
    status: ToldStatus,
    by: { readonly userId: number | null },
  ) => Promise<DeploymentRecord>
}

export type ToldDeploymentsDeps = {
  readonly store: EnvironmentStore
  readonly guard: Pick<StartGuard, 'demandDeployment'>
  readonly repositories: Pick<Repositories, 'commit' | 'resolve'>
  readonly clock: Clock
}

const finalStatuses: readonly ToldStatus[] = ['success', 'failed', 'canceled']

export function createToldDeployments({ store, guard, repositories, clock }: ToldDeploymentsDeps): ToldDeployments {
  const now = (): string => clock.now().toISOString()

  async function demandCommit({ projectId, ref, sha }: ToldDeployment): Promise<void> {
    if ((await repositories.commit(projectId, sha, null)) === null) throw refused('sha', 'The commit does not exist')
    if ((await repositories.resolve(projectId, ref)) === null) throw refused('ref', 'The branch or tag does not exist')
  }

  return {
    async record(told) {
      const { projectId, environment: name, status, userId } = told
      await demandCommit(told)
      await guard.demandDeployment(projectId, name, userId)
      const at = now()
      const known = await store.byName(projectId, name)
      const environment = await store.upsert(
        {
          projectId,
          name,
          slug: environmentSlugOf(name),
          tier: known?.tier ?? deploymentTierOf(name),
          ...(status === 'success' && { state: 'available' }),
        },
        at,
      )
      return await store.createDeployment({
        projectId,
        environmentId: environment.id,
        jobId: null,
        pipelineId: null,
        ref: told.ref,
        sha: told.sha,
        userId,
        status,
        createdAt: at,
        updatedAt: at,
        finishedAt: finalStatuses.includes(status) ? at : null,
      })
    },
    async change(deployment, status, { userId }) {
      if (deployment.jobId !== null) throw runError('deployment_of_job')
      const environment = await store.byId(deployment.environmentId)
      if (environment === null) throw runError('environment_not_found')
      const { projectId } = deployment
      await guard.demandDeployment(projectId, environment.name, userId)
      const at = now()
      const { name, slug, tier } = environment
      if (status === 'success') await store.upsert({ projectId, name, slug, tier, state: 'available' }, at)
      const finishedAt = finalStatuses.includes(status) ? at : null
      return await store.changeDeployment(deployment, { status, updatedAt: at, finishedAt })
    },
  }
}

function refused(field: string, why: string): AppError {
  return new AppError('deployment_refused', `${field}: ${why}`, { detail: { fields: { [field]: [why] } } })
}
