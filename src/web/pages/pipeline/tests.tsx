import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type PipelineView, readTestReport, type TestCase, type TestReport } from '../../api/pipelines.ts'
import { useResource } from '../../api/resource.ts'
import { CheckField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty, Notice } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { durationWords, shortDurationWords } from '../../words.ts'
import './tests.css'

export function Tests({ path, pipeline }: { readonly path: string; readonly pipeline: PipelineView }): JSX.Element {
  const report = useResource(`tests:${pipeline.id}:${pipeline.status}`, signal =>
    readTestReport(path, pipeline.id, signal),
  )
  return <Loaded of={report}>{data => (data.total_count === 0 ? <NoTests /> : <Report of={data} />)}</Loaded>
}

function NoTests(): JSX.Element {
  return (
    <Panel>
      <Empty icon="flask" title="No job told of tests">
        <p class="empty-text">
          A job shows its tests here when it keeps a JUnit report:{' '}
          <code>{'artifacts: { reports: { junit: report.xml } }'}</code>
        </p>
      </Empty>
    </Panel>
  )
}

function Report({ of }: { readonly of: TestReport }): JSX.Element {
  const bad = of.failed_count + of.error_count
  const [onlyBad, setOnlyBad] = useState(bad > 0)
  return (
    <Panel>
      <div class="panel-head">
        <div class="facts">
          <span>{of.total_count} tests</span>
          <span>{of.success_count} passed</span>
          <span class={bad > 0 ? 'tests-bad' : ''}>{bad} failed</span>
          <span>{of.skipped_count} skipped</span>
          <span>{durationWords(of.total_time)}</span>
        </div>
        <CheckField label="Only those that failed" checked={onlyBad} onChange={setOnlyBad} />
      </div>
      {of.test_suites.map(suite => {
        const cases = suite.test_cases.filter(each => !onlyBad || isBad(each))
        return (
          <section key={suite.name} class="tests-suite">
            <h3>{suite.name}</h3>
            {suite.suite_error && <Notice tone="amber">{suite.suite_error}</Notice>}
            {cases.length === 0 ? (
              <p class="soft">All {suite.total_count} passed.</p>
            ) : (
              cases.map((each, index) => <Case key={index} of={each} />)
            )}
          </section>
        )
      })}
    </Panel>
  )
}

function isBad(test: TestCase): boolean {
  return test.status === 'failed' || test.status === 'error'
}

function Case({ of }: { readonly of: TestCase }): JSX.Element {
  const output = [of.system_output, of.stack_trace].filter(Boolean).join('\n')
  const head = (
    <>
      <StatusIcon status={of.status === 'error' ? 'failed' : of.status} />
      <span class="clip">{of.name}</span>
      <span class="faint clip">{of.classname}</span>
      <span class="soft number nowrap tests-time">{shortDurationWords(of.execution_time)}</span>
    </>
  )
  if (output === '') return <div class="tests-case">{head}</div>
  return (
    <details open={isBad(of)}>
      <summary class="tests-case">{head}</summary>
      <ScrollArea name="Output" class="tests-output">
        <pre>{output}</pre>
      </ScrollArea>
    </details>
  )
}
