import type { JSX } from 'preact'
import type { Diagnostic } from '../../../pipeline/model.ts'
import type { PipelineView } from '../../api/pipelines.ts'
import { filesPath, projectPath } from '../../paths.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'

/** What is wrong with the file of a pipeline, with the way to the line. */
export function Diagnostics({
  pipeline,
  path,
}: {
  readonly pipeline: PipelineView
  readonly path: string
}): JSX.Element {
  const linkTo = (diagnostic: Diagnostic): string =>
    `${filesPath(path, 'blob', pipeline.sha, diagnostic.file)}#L${diagnostic.line}`
  return (
    <>
      {pipeline.errors.length > 0 && (
        <Notice
          tone="red"
          action={
            <LinkButton
              small
              icon="edit"
              href={`${projectPath(path, 'ci/lint')}?ref=${encodeURIComponent(pipeline.ref)}`}
            >
              Try a mend in CI lint
            </LinkButton>
          }
        >
          <strong>No job could be made from the file.</strong>
          <DiagnosticList of={pipeline.errors} linkTo={linkTo} />
        </Notice>
      )}
      {pipeline.warnings.length > 0 && (
        <Notice tone="amber">
          <DiagnosticList of={pipeline.warnings} linkTo={linkTo} />
        </Notice>
      )}
    </>
  )
}

type DiagnosticListProps = { readonly of: readonly Diagnostic[]; readonly linkTo?: (diagnostic: Diagnostic) => string }

export function DiagnosticList({ of, linkTo }: DiagnosticListProps): JSX.Element {
  return (
    <ul class="stack-tight">
      {of.map(each => {
        const place = `${each.file}:${each.line}`
        return (
          <li key={`${place}:${each.column}:${each.message}`}>
            {linkTo === undefined || each.file === '' ? (
              <span class="mono">{place}</span>
            ) : (
              <a class="mono" href={linkTo(each)}>
                {place}
              </a>
            )}{' '}
            {each.message}
          </li>
        )
      })}
    </ul>
  )
}
