// Which images of a project are still in use, and so kept by every clean-up: what the pipelines that run have pushed, and what
// the pipelines have pushed whose deployments stand in an environment.
import type { Accounts } from '../../access/accounts.ts'
import type { ImageUses } from '../../registry/management/ports.ts'
import { isDigest } from '../../registry/reference.ts'
import { isFinal } from '../../run/job-moves.ts'
import { jobStatuses } from '../../run/model.ts'
import type { DeploymentRecord } from '../../run/records.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { RunStores } from '../../store/run/run-stores.ts'

const mostPipelines = { page: 1, perPage: 100 }
const mostEnvironments = { page: 1, perPage: 500 }
const newest = { page: 1, perPage: 1 }

export function createImageUses(deps: {
  readonly accounts: Accounts
  readonly reads: RunReader
  readonly stores: RunStores
}): ImageUses {
  const { reads, stores } = deps

  async function pipelinesUnderWay(projectId: number): Promise<readonly number[]> {
    const statuses = jobStatuses.filter(status => !isFinal({ status }))
    return (await reads.pipelines({ projectId, statuses, withChildren: true }, mostPipelines)).items.map(
      each => each.id,
    )
  }

  async function deployedPipelines(projectId: number): Promise<readonly number[]> {
    const { items } = await stores.environments.list(projectId, { state: 'available' }, mostEnvironments)
    const found = await Promise.all(
      items.map(({ name }) =>
        stores.environments.deployments(projectId, { environment: name, status: 'success' }, newest),
      ),
    )
    return (await Promise.all(found.flatMap(each => each.items).map(pipelinesOf))).flat()
  }

  /** Another tool may have deployed what the pipelines of that commit had pushed. */
  async function pipelinesOf({ projectId, pipelineId, sha }: DeploymentRecord): Promise<readonly number[]> {
    if (pipelineId !== null) return [pipelineId]
    const { items } = await reads.pipelines({ projectId, sha, withChildren: true }, mostPipelines)
    return items.map(each => each.id)
  }

  return {
    async inUse(projectId) {
      const project = await deps.accounts.stores.projects.byId(projectId)
      if (project === null) return []
      const pipelines = new Set([...(await pipelinesUnderWay(projectId)), ...(await deployedPipelines(projectId))])
      const images = (await Promise.all([...pipelines].map(reads.pushedImages))).flat()
      const root = project.fullPath.toLowerCase()
      return images
        .filter(({ repository }) => repository === root || repository.startsWith(`${root}/`))
        .map(({ repository, tag, digest }) => ({
          suffix: repository.slice(root.length + 1),
          tag,
          digest: isDigest(digest) ? digest : null,
        }))
    },
  }
}
