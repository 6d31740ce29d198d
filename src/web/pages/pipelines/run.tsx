import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { ApiError } from '../../api/api-error.ts'
import { createPipeline, type PipelineVariable } from '../../api/pipelines.ts'
import { useProject } from '../../api/projects.ts'
import { listBranches, listTags } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import { pipelinePath, projectPath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { tell } from '../../ui/toast.tsx'
import { emptyVariable, VariableRows, writtenVariables } from './variable-rows.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const { query, route } = useLocation()
  const project = useProject(path)
  const refs = useResource(`refs:${path}`, signal => readRefs(path, signal))
  const [chosen, setChosen] = useState<string | null>(query.ref ?? null)
  const [variables, setVariables] = useState<readonly PipelineVariable[]>([emptyVariable])
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const ref = chosen ?? project.data?.default_branch ?? ''

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      const pipeline = await createPipeline(path, ref, writtenVariables(variables))
      tell(`Pipeline #${pipeline.id} was made.`)
      route(pipelinePath(path, pipeline.id))
    } catch (error) {
      setFailure(error instanceof ApiError ? error.message : String(error))
    }
    setBusy(false)
  }

  return (
    <>
      <PageHead
        title="Run pipeline"
        windowTitle={`Run a pipeline of ${path}`}
        crumbs={[{ label: 'Pipelines', href: projectPath(path, 'pipelines') }]}
      />
      <Panel padded>
        <form class="form" onSubmit={event => void submit(event)}>
          {failure !== null && (
            <Notice tone="red">
              <p>No pipeline was made.</p>
              <p>{failure}</p>
            </Notice>
          )}
          <TextField
            label="Branch or tag"
            value={ref}
            onInput={setChosen}
            list={refs.data ?? []}
            required
            hint="Its newest commit is built, by the file that stands there."
          />
          <VariableRows variables={variables} onChange={setVariables} />
          <div class="form-actions">
            <Button type="submit" kind="primary" icon="play" busy={busy} disabled={ref === ''}>
              Run pipeline
            </Button>
            <LinkButton href={projectPath(path, 'pipelines')}>Back</LinkButton>
          </div>
        </form>
      </Panel>
    </>
  )
}

async function readRefs(path: string, signal: AbortSignal): Promise<readonly string[]> {
  const [branches, tags] = await Promise.all([
    listBranches(path, { per_page: 100 }, signal),
    listTags(path, { per_page: 100 }, signal),
  ])
  return [...branches.items.map(branch => branch.name), ...tags.items.map(tag => tag.name)]
}
