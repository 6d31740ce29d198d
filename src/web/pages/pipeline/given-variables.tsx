import type { JSX } from 'preact'
import { type PipelineView, readVariables } from '../../api/pipelines.ts'
import { levelIn, maintainer, useProject } from '../../api/projects.ts'
import { useResource } from '../../api/resource.ts'
import { currentUser } from '../../session.ts'
import { Panel } from '../../ui/page.tsx'

/** What whoever started the pipeline gave it: rules and scripts see it before all else. What a file holds is not shown. */
export function GivenVariables({
  path,
  pipeline,
}: {
  readonly path: string
  readonly pipeline: PipelineView
}): JSX.Element | null {
  const project = useProject(path)
  const isOwn = pipeline.user?.username === currentUser.value?.username
  const maySee = isOwn || levelIn(project.data, currentUser.value?.is_admin ?? false) >= maintainer
  const given = useResource(maySee ? `pipeline-variables:${pipeline.id}` : null, signal =>
    readVariables(path, pipeline.id, signal),
  )
  if (given.data === undefined || given.data.length === 0) return null
  return (
    <Panel title="Given when it was started" padded>
      <dl class="pairs">
        {given.data.flatMap(({ key, value, variable_type: type }) => [
          <dt key={`${key} name`} class="mono">
            {key}
          </dt>,
          <dd key={key} class={type === 'file' ? 'faint' : 'mono'}>
            {type === 'file' ? 'file' : value}
          </dd>,
        ])}
      </dl>
    </Panel>
  )
}
