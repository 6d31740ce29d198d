// Whether jobs of a run ask for a Docker of their own, or for a registry, and whether they can have one. Pure.
import { isDockerService } from '../../executor/docker/docker-service.ts'
import type { JobPlan } from '../../pipeline/model.ts'

/** By the names as they are written; a variable in one is looked at by the runner. */
export function asksForDocker({ services }: JobPlan): boolean {
  return services.some(service => isDockerService(service.name))
}

/** A job that has a Docker may push, and one whose image is in the registry pulls. */
export function needsRegistry(jobs: readonly JobPlan[], host: string): boolean {
  return jobs.some(
    job =>
      asksForDocker(job) ||
      job.image?.name.startsWith(`${host}/`) === true ||
      job.image?.name.startsWith('$CI_REGISTRY') === true,
  )
}

/** Jobs name the registry without a port, and then it is asked for at port 80, which not everybody may listen on. */
export function mayListenOn80(facts: { readonly userId: number | null; readonly firstFreePort: number }): boolean {
  return facts.userId === 0 || facts.firstFreePort <= 80
}
