// The test report of a pipeline in GitLab's shape: a suite for each job that has one. PURE.
import type { JunitReport, TestCase, TestStatus } from './junit.ts'

export type JobReports = { readonly jobName: string; readonly jobId: number; readonly reports: readonly JunitReport[] }

export type TestCaseView = {
  readonly status: TestStatus
  readonly name: string
  readonly classname: string
  readonly file: string | null
  readonly execution_time: number
  readonly system_output: string | null
  readonly stack_trace: string | null
}

export type TestCounts = {
  readonly total_time: number
  readonly total_count: number
  readonly success_count: number
  readonly failed_count: number
  readonly skipped_count: number
  readonly error_count: number
}

export type TestSuiteView = TestCounts & {
  readonly name: string
  readonly build_ids: readonly number[]
  readonly suite_error: string | null
  readonly test_cases: readonly TestCaseView[]
}

export type TestReportView = TestCounts & { readonly test_suites: readonly TestSuiteView[] }

export function buildTestReport(jobs: readonly JobReports[]): TestReportView {
  const suites = jobs.map(toSuite)
  return { ...sum(suites), test_suites: suites }
}

/** Failures first, then the slowest. */
function toSuite({ jobName, jobId, reports }: JobReports): TestSuiteView {
  const cases = reports.flatMap(report => report.cases)
  const mistakes = reports.flatMap(report => (report.mistake === null ? [] : [report.mistake]))
  const counts = sum(cases.map(countOf))
  const order = ['error', 'failed', 'success', 'skipped']
  const sorted = [...cases].sort(
    (one, other) => order.indexOf(one.status) - order.indexOf(other.status) || other.seconds - one.seconds,
  )
  return {
    name: jobName,
    build_ids: [jobId],
    ...counts,
    suite_error: mistakes.length === 0 ? null : mistakes.join('; '),
    test_cases: sorted.map(toView),
  }
}

function toView(each: TestCase): TestCaseView {
  return {
    status: each.status,
    name: each.name,
    classname: each.className,
    file: each.file,
    execution_time: each.seconds,
    system_output: each.output,
    stack_trace: each.stackTrace,
  }
}

function countOf(each: TestCase): TestCounts {
  const is = (status: TestStatus): number => (each.status === status ? 1 : 0)
  return {
    total_time: each.seconds,
    total_count: 1,
    success_count: is('success'),
    failed_count: is('failed'),
    skipped_count: is('skipped'),
    error_count: is('error'),
  }
}

function sum(counts: readonly TestCounts[]): TestCounts {
  const total = (key: keyof TestCounts): number => counts.reduce((all, each) => all + each[key], 0)
  return {
    total_time: Math.round(total('total_time') * 1e6) / 1e6,
    total_count: total('total_count'),
    success_count: total('success_count'),
    failed_count: total('failed_count'),
    skipped_count: total('skipped_count'),
    error_count: total('error_count'),
  }
}
