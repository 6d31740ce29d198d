import { describe, expect, test } from 'vitest'
import { parseJunit } from '../../../src/artifacts/junit.ts'
import { buildTestReport } from '../../../src/artifacts/test-report.ts'

const report = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<testsuites name="all">
  <testsuite name="math" file="math.test.ts" time="1.5">
    <properties><property name="a" value="b"/></properties>
    <testcase classname="Add" name="adds &amp; carries" time="0.25"/>
    <testcase classname="Add" name="fails" time="1,000.5" file="add.ts">
      <failure message="expected 3" type="AssertionError">expected 3 but got &lt;4&gt;
at add.ts:3</failure>
      <system-out>printed</system-out>
    </testcase>
    <testcase name="breaks"><error message="boom"><![CDATA[stack <here>]]></error></testcase>
    <testcase name="waits"><skipped/></testcase>
    <testsuite name="inner"><testcase name="deep"/></testsuite>
  </testsuite>
</testsuites>`

describe('a JUnit report', () => {
  test('is read with statuses, output and files', () => {
    expect(parseJunit(report).cases).toEqual([
      {
        status: 'success',
        name: 'adds & carries',
        className: 'Add',
        suiteName: 'math',
        file: 'math.test.ts',
        seconds: 0.25,
        output: null,
        stackTrace: null,
      },
      {
        status: 'failed',
        name: 'fails',
        className: 'Add',
        suiteName: 'math',
        file: 'add.ts',
        seconds: 1000.5,
        output: 'expected 3 but got <4>\nat add.ts:3',
        stackTrace: null,
      },
      {
        status: 'error',
        name: 'breaks',
        className: '',
        suiteName: 'math',
        file: 'math.test.ts',
        seconds: 0,
        output: 'boom\nstack <here>',
        stackTrace: 'stack <here>',
      },
      {
        status: 'skipped',
        name: 'waits',
        className: '',
        suiteName: 'math',
        file: 'math.test.ts',
        seconds: 0,
        output: null,
        stackTrace: null,
      },
      {
        status: 'success',
        name: 'deep',
        className: '',
        suiteName: 'inner',
        file: null,
        seconds: 0,
        output: null,
        stackTrace: null,
      },
    ])
  })

  test('counts a test that is told twice once', () => {
    const twice = '<testsuite name="s"><testcase name="a"><failure/></testcase><testcase name="a"/></testsuite>'
    expect(parseJunit(twice).cases.map(each => each.status)).toEqual(['success'])
  })

  test('may be several, one behind the other', () => {
    const one = (name: string) => `<testsuite name="${name}"><testcase name="a"/></testsuite>`
    expect(parseJunit(`${one('x')}\n<?xml version="1.0"?>${one('y')}`).cases.map(each => each.suiteName)).toEqual([
      'x',
      'y',
    ])
  })

  test.each([
    ['is cut off', '<testsuite><testcase name="a">', 'line 1: <testcase> is not closed'],
    ['closes what is not open', '<testsuite></testcase>', 'line 1: </testcase> closes nothing'],
    ['is no XML', '{"a": 1}', 'there is no element'],
    ['is empty', '', 'there is no element'],
  ])('tells its mistake when it %s', (_, xml, mistake) => {
    const { cases, mistake: told } = parseJunit(xml)
    expect(cases).toEqual([])
    expect(told).toContain(mistake)
  })

  test('reads no entity from outside and lets none grow', () => {
    const bomb =
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&b;&f;"/></testsuite>'
    expect(parseJunit(bomb).cases[0]?.name).toBe('&b;&f;')
  })

  test('takes linear time on evil input', () => {
    expect(parseJunit(`<testsuite ${'a="b" '.repeat(50_000)}`).mistake).not.toBeNull()
    expect(parseJunit('<'.repeat(200_000)).mistake).not.toBeNull()
    expect(parseJunit(`<!DOCTYPE ${'['.repeat(50_000)}`).mistake).not.toBeNull()
    expect(parseJunit('<a>'.repeat(10_000)).mistake).toContain('too deep')
  })
})

test('a test report has a suite for each job, failures first', () => {
  const view = buildTestReport([
    { jobName: 'unit', jobId: 1, reports: [parseJunit(report), parseJunit('nonsense')] },
    { jobName: 'e2e', jobId: 2, reports: [parseJunit('<testsuite><testcase name="a" time="2"/></testsuite>')] },
  ])
  expect(view).toMatchObject({
    total_count: 6,
    success_count: 3,
    failed_count: 1,
    error_count: 1,
    skipped_count: 1,
    total_time: 1002.75,
  })
  expect(view.test_suites[0]?.test_cases.map(each => each.status)).toEqual([
    'error',
    'failed',
    'success',
    'success',
    'skipped',
  ])
  expect(view.test_suites[0]?.suite_error).toContain('JUnit XML parsing failed')
})
