import type { JSX } from 'preact'
import { listPipelines } from '../../api/pipelines.ts'
import { developer, levelIn, useProject } from '../../api/projects.ts'
import { type Commit, type FileDiff, readCommit, readDiff } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import { PipelineTable } from '../../ci/pipeline-table.tsx'
import { CommitLink } from '../../ci/refs.tsx'
import { filesPath, projectPath } from '../../paths.ts'
import { currentUser } from '../../session.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { LinkButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { Ago } from '../../ui/time.tsx'
import { shortSha } from '../../words.ts'
import './repository.css'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const sha = params.sha ?? ''
  const commit = useResource(`commit:${path}:${sha}`, signal => readCommit(path, sha, signal))
  return <Loaded of={commit}>{data => <Shown path={path} commit={data} />}</Loaded>
}

function Shown({ path, commit }: { readonly path: string; readonly commit: Commit }): JSX.Element {
  const project = useProject(path)
  const mayAct = levelIn(project.data, currentUser.value?.is_admin ?? false) >= developer
  const pipelines = useResource(`commit-pipelines:${path}:${commit.id}`, signal =>
    listPipelines(path, { sha: commit.id, per_page: 10 }, signal),
  )
  const diff = useResource(`diff:${path}:${commit.id}`, signal => readDiff(path, commit.id, signal))
  const body = commit.message.slice(commit.title.length).trim()
  return (
    <>
      <PageHead
        title={commit.title || shortSha(commit.id)}
        windowTitle={`Commit ${shortSha(commit.id)} of ${path}`}
        crumbs={[{ label: 'Commits', href: projectPath(path, 'commits') }]}
        actions={
          <LinkButton icon="folder" href={filesPath(path, 'tree', commit.id)}>
            Files
          </LinkButton>
        }
      >
        <div class="facts">
          <span>{commit.author_name}</span>
          <Ago at={commit.committed_date} />
          <span>
            <span class="mono">{shortSha(commit.id)}</span>
            <CopyButton text={commit.id} label="Copy the whole SHA" />
          </span>
          {commit.parent_ids.map(parent => (
            <span key={parent}>
              after <CommitLink project={path} sha={parent} />
            </span>
          ))}
          {commit.stats && (
            <span>
              {commit.stats.additions} lines added, {commit.stats.deletions} removed
            </span>
          )}
        </div>
      </PageHead>
      <div class="stack">
        {body !== '' && (
          <Panel>
            <div class="commit-message">{body}</div>
          </Panel>
        )}
        <Loaded of={pipelines} rows={2}>
          {page =>
            page.items.length > 0 && (
              <Panel title="Pipelines">
                <PipelineTable rows={page.items} mayAct={mayAct} onChanged={() => void pipelines.reload()} />
              </Panel>
            )
          }
        </Loaded>
        <Loaded of={diff}>{files => files.map(file => <Diff key={file.new_path} file={file} />)}</Loaded>
      </div>
    </>
  )
}

const shownLines = 2000

function Diff({ file }: { readonly file: FileDiff }): JSX.Element {
  const lines = file.diff.split('\n')
  const name = file.renamed_file ? `${file.old_path} → ${file.new_path}` : file.new_path
  return (
    <section class="panel">
      <div class="diff-head">
        <Icon name="file" size={14} />
        <span>{name}</span>
        {file.new_file && <span class="tag">new</span>}
        {file.deleted_file && <span class="tag">deleted</span>}
      </div>
      <ScrollArea class="diff" name={`Changes of ${name}`}>
        {lines.slice(0, shownLines).map((line, index) => (
          <code key={index} class={`diff-line ${lineClass(line)}`}>
            {line || ' '}
          </code>
        ))}
      </ScrollArea>
      {lines.length > shownLines && (
        <p class="panel-body soft">{lines.length - shownLines} further lines are not shown.</p>
      )}
    </section>
  )
}

function lineClass(line: string): string {
  if (line.startsWith('@@')) return 'diff-hunk'
  if (line.startsWith('+')) return 'diff-add'
  return line.startsWith('-') ? 'diff-remove' : ''
}
