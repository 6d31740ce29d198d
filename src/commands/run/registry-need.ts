// Whether a run needs a registry of its own, and whether it can have one. Pure but for the facts that it is given.
import { isDockerService } from '../../executor/docker/docker-service.ts'
import type { JobPlan } from '../../pipeline/model.ts'

/** A job that has a Docker may push, and one whose image is in the registry pulls. */
export function needsRegistry(jobs: readonly JobPlan[], host: string): boolean {
  return jobs.some(
    ({ image, services }) =>
      image?.name.startsWith(`${host}/`) === true ||
      image?.name.startsWith('$CI_REGISTRY') === true ||
      services.some(service => isDockerService(service.name)),
  )
}

/** Jobs name the registry without a port, and then it is asked for at port 80, which not everybody may listen on. */
export function mayListenOn80(facts: { readonly userId: number | null; readonly firstFreePort: number }): boolean {
  return facts.userId === 0 || facts.firstFreePort <= 80
}
