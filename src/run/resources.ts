// Resource groups: gives the free resource to the job whose turn it is, and takes it back when that ends.
import type { Clock } from './ports.ts'
import type { ResourceGroupStore } from './store-ports.ts'
import type { Transitions } from './transitions.ts'

export type Resources = {
  readonly assign: (projectId: number, key: string) => Promise<void>
  readonly release: (projectId: number, key: string, jobId: number) => Promise<void>
  /** After a crash: whatever was granted, freed or waited for and not followed up. */
  readonly settleAll: () => Promise<void>
}

export function createResources(deps: {
  readonly groups: ResourceGroupStore
  readonly transitions: Transitions
  readonly clock: Clock
}): Resources {
  const { groups, transitions, clock } = deps

  async function assign(projectId: number, key: string): Promise<void> {
    for (;;) {
      const turn = await groups.assign(projectId, key, clock.now().toISOString())
      if (turn === null || (await grant(turn.pipelineId, turn.jobId))) return
      await groups.release(projectId, key, turn.jobId) // it was canceled meanwhile: the next one
    }
  }

  async function grant(pipelineId: number, jobId: number): Promise<boolean> {
    const transition = await transitions.apply(pipelineId, () => ({ event: { type: 'resource_acquired', jobId } }))
    return transition?.changed.some(job => job.id === jobId) === true
  }

  async function release(projectId: number, key: string, jobId: number): Promise<void> {
    await groups.release(projectId, key, jobId)
    await assign(projectId, key)
  }

  return {
    assign,
    release,
    async settleAll() {
      for (const { projectId, key, endedHolderId, unaware } of await groups.unsettled()) {
        if (unaware !== null) await grant(unaware.pipelineId, unaware.jobId)
        else if (endedHolderId !== null) await release(projectId, key, endedHolderId)
        else await assign(projectId, key)
      }
    },
  }
}
