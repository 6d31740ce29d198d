// What a project has outside of the rows that go with it: running jobs, its repository, its images. A crash between its rows
// and these is repaired by looking for what belongs to no project.
import type { ProjectHooks } from '../../access/projects.ts'
import type { Repositories } from '../../git/repositories.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import type { RegistryStore } from '../../store/registry/registry-store.ts'

export type ProjectEnd = Pick<ProjectHooks, 'onDeleting' | 'onDeleted'> & { readonly sweep: () => Promise<void> }

export function createProjectEnd(deps: {
  readonly repositories: Pick<Repositories, 'remove' | 'projectIds'>
  readonly images: Pick<RegistryStore, 'forgetProject' | 'projectsWithImages'>
  readonly coordinator: Pick<Coordinator, 'endProject'>
  readonly projectIds: () => Promise<readonly number[]>
  /** Files of its jobs are swept. */
  readonly wakeSweeps: () => void
}): ProjectEnd {
  const { repositories, images } = deps

  async function remove(projectId: number): Promise<void> {
    await repositories.remove(projectId)
    await images.forgetProject(projectId)
  }

  return {
    onDeleting: deps.coordinator.endProject,
    async onDeleted(projectId) {
      await remove(projectId)
      deps.wakeSweeps()
    },
    async sweep() {
      // Looked for before the projects are listed: one that is made meanwhile is in the list.
      const found = new Set([...(await repositories.projectIds()), ...(await images.projectsWithImages())])
      const known = new Set(await deps.projectIds())
      for (const projectId of found) if (!known.has(projectId)) await remove(projectId)
    },
  }
}
