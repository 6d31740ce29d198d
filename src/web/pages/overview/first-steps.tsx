import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { createProject } from '../../api/projects.ts'
import { projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import { useAction } from '../../ui/action.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/notice.tsx'

/** From nothing to the first project, whose page then shows the three commands to a green pipeline. */
export function FirstSteps(): JSX.Element {
  const { route } = useLocation()
  const name = 'hello'
  const make = useAction(async () => {
    const project = await createProject({ name, path: name, description: 'A first project' })
    route(projectPath(project.path_with_namespace))
    return null
  })
  return (
    <div class="panel">
      <Empty icon="pipeline" title="Nothing here yet: make a project, push to it, and its pipeline runs">
        <p class="empty-text">
          The first one can be called {name}. Its page shows three commands to copy, from an empty folder to a pipeline
          that has passed.
        </p>
        <div class="row">
          <Button kind="primary" icon="plus" busy={make.busy} onClick={() => void make.run()}>
            Make the project {currentUser.value?.username}/{name}
          </Button>
          <LinkButton href="/-/projects/new">Choose name and group</LinkButton>
        </div>
      </Empty>
    </div>
  )
}
