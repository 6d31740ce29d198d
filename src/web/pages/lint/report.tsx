import type { JSX } from 'preact'
import type { Diagnostic } from '../../../pipeline/model.ts'
import type { LintJob, LintResult } from '../../api/lint.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { Table } from '../../ui/table.tsx'
import { countWords } from '../../words.ts'
import { Explanations } from '../pipeline/why.tsx'

type LintReportProps = { readonly result: LintResult; readonly onLine: (line: number) => void }

export function LintReport({ result, onLine }: LintReportProps): JSX.Element {
  const { slipway } = result
  const jobs = result.jobs ?? []
  return (
    <div class="stack" aria-live="polite">
      {result.valid ? (
        <Notice tone="green">
          The file is right.{' '}
          {result.jobs
            ? jobs.length === 0
              ? 'No job would run.'
              : `${countWords(jobs.length, 'job')} would run.`
            : ''}
        </Notice>
      ) : (
        <Notice tone="red">
          <strong>The file cannot run.</strong>
          {slipway === undefined ? <Sentences of={result.errors} /> : <Places of={slipway.errors} onLine={onLine} />}
        </Notice>
      )}
      {result.warnings.length > 0 && (
        <Notice tone="amber">
          {slipway === undefined ? (
            <Sentences of={result.warnings} />
          ) : (
            <Places of={slipway.warnings} onLine={onLine} />
          )}
        </Notice>
      )}
      {jobs.length > 0 && <Jobs of={jobs} />}
      {slipway && slipway.explanations.length > 0 && (
        <>
          <h2>Why each job is in or out</h2>
          <Explanations of={slipway} />
        </>
      )}
      {result.merged_yaml && (
        <Panel title="Merged file" actions={<CopyButton text={result.merged_yaml} label="Copy the merged file" />}>
          <ScrollArea name="Merged file" class="merged">
            <pre>{result.merged_yaml}</pre>
          </ScrollArea>
        </Panel>
      )}
    </div>
  )
}

function Sentences({ of }: { readonly of: readonly string[] }): JSX.Element {
  return (
    <ul class="stack-tight">
      {of.map(each => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  )
}

function Places({
  of,
  onLine,
}: {
  readonly of: readonly Diagnostic[]
  readonly onLine: (line: number) => void
}): JSX.Element {
  return (
    <ul class="stack-tight">
      {of.map(each => (
        <li key={`${each.file}:${each.line}:${each.column}:${each.message}`}>
          <button type="button" class="line-button" onClick={() => onLine(each.line)}>
            line {each.line}
          </button>{' '}
          {each.message}
        </li>
      ))}
    </ul>
  )
}

function Jobs({ of }: { readonly of: readonly LintJob[] }): JSX.Element {
  return (
    <Panel title="Jobs">
      <Table<LintJob>
        name="Jobs"
        rows={of}
        keyOf={job => job.name}
        columns={[
          { title: 'Job', kind: 'main', cell: job => <span class="strong">{job.name}</span> },
          { title: 'Stage', cell: job => job.stage },
          { title: 'When', cell: job => job.when.replaceAll('_', ' ') },
          { title: 'Needs', cell: job => (job.needs ?? []).map(need => need.name).join(', ') },
        ]}
      />
    </Panel>
  )
}
