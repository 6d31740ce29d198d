// A job that names no address for its environment, as the one that stops it, is told the address that it has.
import type { JobPlan } from '../pipeline/model.ts'
import type { EnvironmentStore } from './store-ports.ts'

export async function withEnvironmentUrl(
  environments: Pick<EnvironmentStore, 'byName'>,
  projectId: number,
  plan: JobPlan,
): Promise<JobPlan> {
  const { environment } = plan
  if (environment === null || environment.url !== null) return plan
  const url = (await environments.byName(projectId, environment.name))?.externalUrl ?? null
  return url === null ? plan : { ...plan, environment: { ...environment, url } }
}
